package main

import (
	"fmt"
	"runtime"
	"strings"
)

// guard runs the program and turns a panic into words. Go's own account of one
// has the value that it was raised with and the words of each call, among which a
// caller's number may be; this one has places in the source alone.
func (a *app) guard(run func() int) (status int) {
	defer func() {
		p := recover()
		if p == nil {
			return
		}
		a.abandon()
		fmt.Fprintf(a.stderr, "otpdoctor: internal fault (%T), otpdoctor %s\n", p, version())
		var at [32]uintptr
		frames := runtime.CallersFrames(at[:runtime.Callers(2, at[:])])
		for more := true; more; {
			var f runtime.Frame
			if f, more = frames.Next(); strings.HasPrefix(f.Function, "cli.otpdoctor/") || strings.HasPrefix(f.Function, "main.") {
				_, file, _ := strings.Cut(f.File, "otpdoctor/")
				fmt.Fprintf(a.stderr, "  %s (%s:%d)\n", f.Function, file, f.Line)
			}
		}
		fmt.Fprintln(a.stderr, "hint: please report these lines; they hold nothing of what was read or typed")
		status = exitFailed
	}()
	return run()
}
