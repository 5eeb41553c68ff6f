package main

import (
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// What all package inits together may allocate. They run in every command, and
// nothing else of a short one takes as long. A count does not depend on the
// machine: 3.0 MB in 35,000 pieces when this was written, 8.6 MB in 108,000 with
// a renderer of Markdown that knew hundreds of languages.
const (
	mostInitBytes  = 4 << 20
	mostInitAllocs = 45000
)

func TestInitsAreCheap(t *testing.T) {
	if raced {
		t.Skip("the race detector allocates as well")
	}
	path, err := built()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, "version")
	cmd.Env = append(os.Environ(), "GODEBUG=inittrace=1")
	var stderr strings.Builder
	cmd.Stderr = &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v\n%s", err, stderr.String())
	}
	type cost struct {
		bytes, allocs int
		name          string
	}
	var sum cost
	var all []cost
	for line := range strings.Lines(stderr.String()) {
		var c cost
		var at, took float64
		if _, err := fmt.Sscanf(line, "init %s @%f ms, %f ms clock, %d bytes, %d allocs", &c.name, &at, &took, &c.bytes, &c.allocs); err != nil {
			continue
		}
		sum.bytes, sum.allocs = sum.bytes+c.bytes, sum.allocs+c.allocs
		all = append(all, c)
	}
	if len(all) < 20 {
		t.Fatalf("%d inits in\n%s", len(all), stderr.String())
	}
	if sum.bytes > mostInitBytes || sum.allocs > mostInitAllocs {
		slices.SortFunc(all, func(a, b cost) int { return b.bytes - a.bytes })
		t.Errorf("%d bytes in %d pieces before main, want at most %d in %d; the dearest: %v", sum.bytes, sum.allocs, mostInitBytes, mostInitAllocs, all[:5])
	}
}
