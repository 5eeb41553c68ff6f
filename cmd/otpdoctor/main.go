// Otpdoctor finds out why text messages with two-factor codes do not arrive. In
// come arguments, flags and settings; out go a report on standard output, messages
// on standard error and an exit status. root.go names the commands, and each has a
// file of its own: analyze.go shows how little there is in one.
//
// Next: diagnostics, which all of them call.
package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	_ "cli.otpdoctor/wizard/termguard"
)

func main() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }

// The exit statuses, on which scripts rely (see docs/automation.md).
const (
	exitOK          = 0
	exitFailed      = 1 // it could not: unreadable file, nothing recognised, disk full
	exitUsage       = 2
	exitFound       = 3 // --fail-on: a finding of at least that severity
	exitInterrupted = 130
)

// interruptLimit is how long work may take to stop after Ctrl-C.
const interruptLimit = 150 * time.Millisecond

func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()

	a := newApp(stdin, stdout, stderr)
	done := make(chan int, 1)
	go func() { done <- a.guard(func() int { return a.execute(ctx, args) }) }()
	select {
	case status := <-done:
		return status
	case <-ctx.Done():
	}
	if a.ownsTerminal.Load() {
		// The wizard restores the terminal and saves before it leaves.
		return <-done
	}
	select {
	case status := <-done:
		return status
	case <-time.After(interruptLimit):
		a.abandon()
		return exitInterrupted
	}
}
