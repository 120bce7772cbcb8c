"""An interpreter of the language, written from docs/language.md alone."""
