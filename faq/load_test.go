package faq

import "testing"

func TestBuiltinIsSound(t *testing.T) {
	s := Builtin()
	if got, want := len(s.Topics), 10; got != want {
		t.Errorf("built-in topics = %d, want %d", got, want)
	}
	for _, p := range s.Validate() {
		t.Error(p)
	}
}
