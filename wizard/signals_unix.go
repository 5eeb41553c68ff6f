//go:build !windows && !plain

package wizard

import (
	"os"
	"syscall"
)

// endSignals save the case and leave: asked to end, and the terminal gone.
var endSignals = []os.Signal{syscall.SIGTERM, syscall.SIGHUP, syscall.SIGINT}
