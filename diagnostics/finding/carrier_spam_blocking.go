package finding

import "cli.otpdoctor/diagnostics/reason"

var steadyTest = test{kind: failing, times: 2.2, floor: 0.01, rate: 0.08, chance: 3e-5}

// steadyFailure finds carriers that fail steadily where their country's others do
// not: without a code that says so, the carrier filters.
func steadyFailure(b *board) []claim {
	if s, ok := b.suspect(steadyTest); ok {
		return []claim{b.accuse(CarrierSpamBlocking, steadyTest, s)}
	}
	return nil
}

// spamCodes finds carriers whose codes name spam far more often than others' do.
func spamCodes(b *board) []claim {
	t := test{kind: failing, times: 3, floor: 0.003, chance: 2e-5, alone: true, fits: func(a *attempt) bool { return a.reason == reason.SpamFiltered }}
	if s, ok := b.suspect(t); ok {
		return []claim{b.accuse(CarrierSpamBlocking, t, s)}
	}
	return nil
}
