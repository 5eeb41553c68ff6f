//go:build windows || plain

package wizard

import "os"

// endSignals save the case and leave.
var endSignals = []os.Signal{os.Interrupt}
