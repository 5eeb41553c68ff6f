package main

import "testing"

func TestFlowing(t *testing.T) {
	got := flowing("# Head\n\n1. one\n   goes on\n   `+44` too\n2. two\n\npara\nrest\n- item\n")
	want := "# Head\n\n1. one goes on `+44` too\n2. two\n\npara rest\n- item\n"
	if got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
