//go:build !windows

package deliverylog

// goneWhenClosed is no flag here: what is open may be removed.
const goneWhenClosed = 0
