package main

import (
	"bytes"
	"strings"
	"testing"
)

// TestCrashSaysNothingPersonal holds that a panic ends with places in the source
// and without the values in hand.
func TestCrashSaysNothingPersonal(t *testing.T) {
	const personal = "+447700900187"
	for _, raise := range map[string]func(string){
		"a text":  func(number string) { panic("cannot write " + number) },
		"a fault": func(number string) { _ = []byte(number)[len(number)] },
	} {
		var stderr bytes.Buffer
		a := newApp(strings.NewReader(""), &stderr, &stderr)
		status := a.guard(func() int {
			raise(personal)
			return 0
		})
		said := stderr.String()
		if status != exitFailed || !strings.Contains(said, "internal fault") || !strings.Contains(said, "guard_test.go:") {
			t.Errorf("status %d, said %s", status, said)
		}
		for _, part := range []string{personal, "447700900187", "0x", "goroutine"} {
			if strings.Contains(said, part) {
				t.Errorf("%q stands in\n%s", part, said)
			}
		}
	}
}
