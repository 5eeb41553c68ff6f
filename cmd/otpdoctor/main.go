// Otpdoctor finds out why text messages with two-factor codes do not arrive: it
// checks numbers, groups delivery logs by carrier, finds the cause with its
// figures, walks a support agent through the checklist and writes the ticket.
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

// Exit statuses of the contract.
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
