package finding

import "cli.otpdoctor/diagnostics/reason"

// providerBlock finds the SMS provider's own fraud guard by its codes. It lifts
// by itself and is not the carrier's filter.
func providerBlock(b *board) []claim {
	return b.byCodes(ProviderBlock, func(r reason.Reason) bool { return r == reason.ProviderBlocked }, true)
}
