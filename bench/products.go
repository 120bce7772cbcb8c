package main

import "context"

func products(context.Context, []*example, *figures) error  { return nil }
func speeds(context.Context, []*example, *figures) error    { return nil }
func makeTimes(context.Context, []*example, *figures) error { return nil }
func synthesis(context.Context, []*example, *figures) error { return nil }
