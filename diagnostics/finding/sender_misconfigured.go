package finding

import "cli.otpdoctor/diagnostics/reason"

// aboutSender says whether a reason blames the sender or the account.
func aboutSender(r reason.Reason) bool {
	switch r {
	case reason.SenderUnregistered, reason.SenderNotPermitted, reason.Account, reason.Throttled, reason.ContentInvalid:
		return true
	}
	return false
}

// senderMisconfigured finds codes that blame the sender or the account: its
// registration, permissions, credit, limits. Content filtering is another cause.
func senderMisconfigured(b *board) []claim { return b.byCodes(SenderMisconfigured, aboutSender, false) }
