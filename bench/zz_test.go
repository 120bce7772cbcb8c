package main
import ("context";"os";"testing")
func BenchmarkLL(b *testing.B) {
	os.WriteFile("/tmp/p/scale.sn", []byte(scaleProgram(10000)), 0o644)
	b.ResetTimer()
	for range b.N { if _, err := scaleTime(context.Background(), "/tmp/p/scale.sn", "ll"); err != nil { b.Fatal(err) } }
}
