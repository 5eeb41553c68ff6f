// Package reason is the book of codes. In comes what an SMS provider wrote, a
// status word or an error code; out goes one of a few reasons ([Of]), or all that
// is known of the code ([Explain]). There is one catalogue a provider, embedded,
// and a code that none has is never an error.
//
// Next: diagnostics/carrier, the third book.
package reason

// Reason is why a message ended as it did, in the one word that all
// providers' codes come down to.
type Reason uint8

// The reasons. Unknown is the zero value: nobody said why, or the code is not listed.
const (
	Unknown Reason = iota
	Delivered
	NumberInvalid
	NotMobile
	VOIP
	HandsetUnreachable
	UnknownSubscriber
	SpamFiltered
	ProviderBlocked
	OptedOut
	CarrierError
	Expired
	Throttled
	SenderUnregistered
	SenderNotPermitted
	Account
	ProviderError
	ContentInvalid

	Count // how many there are, for arrays indexed by Reason
)

var words = [Count]string{"unknown", "delivered", "number_invalid", "not_mobile", "voip",
	"handset_unreachable", "unknown_subscriber", "spam_filtered", "provider_blocked", "opted_out",
	"carrier_error", "expired", "throttled", "sender_unregistered", "sender_not_permitted",
	"account", "provider_error", "content_invalid"}

// String gives the word that reports have.
func (r Reason) String() string {
	if r < Count {
		return words[r]
	}
	return words[Unknown]
}

// Parse reads such a word; ok is false for any other.
func Parse(word string) (r Reason, ok bool) {
	for i, w := range words {
		if w == word {
			return Reason(i), true
		}
	}
	return Unknown, false
}
