package message

import (
	"sync"

	"cli.otpdoctor/diagnostics/carrier"
	"cli.otpdoctor/diagnostics/reason"
)

// profile is what many messages of a log have in common, by number: a log has
// few different carriers, senders and codes.
type profile int32

// traits are the words of a profile, as an input has them.
type traits struct {
	network, mccmnc, country, sender, provider, status, code, format, reason, source string
	file                                                                             int32
}

// trait is a profile's words and what follows from them alone.
type trait struct {
	traits
	named   carrier.Source // of network, empty where that names no carrier
	failure reason.Reason  // of a message that failed
}

// maxProfiles is how many profiles a log may have before rare senders and codes
// are no longer told apart, then rare carriers; more still have only the words
// that formats know.
const (
	maxProfiles = 1 << 18
	other       = "(other)"
)

// book numbers the profiles of a run, for all of its goroutines.
type book struct {
	mu       sync.RWMutex
	traits   []*trait
	profiles map[traits]profile
	origins  map[originKey]*origin
}

func newBook() *book {
	return &book{profiles: make(map[traits]profile), origins: make(map[originKey]*origin)}
}

// all gives the profiles so far.
func (b *book) all() []*trait {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.traits
}

func (b *book) at(p profile) *trait {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.traits[p]
}

func (b *book) profile(t traits) profile {
	b.mu.Lock()
	defer b.mu.Unlock()
	p, ok := b.profiles[t]
	if !ok && len(b.traits) > maxProfiles {
		// What does not repeat is no carrier and no code; it must not fill memory.
		t.sender, t.code, t.reason = other, other, ""
		if len(b.traits) > 2*maxProfiles {
			t.network, t.mccmnc, t.country = other, "", ""
		}
		if len(b.traits) > 3*maxProfiles {
			t.status, t.provider, t.format, t.source = other, other, other, ""
		}
		p, ok = b.profiles[t]
	}
	if !ok {
		p = profile(len(b.traits))
		b.traits = append(b.traits, newTrait(t))
		b.profiles[t] = p
	}
	return p
}

func newTrait(t traits) *trait {
	n := &trait{traits: t, failure: failure(&t)}
	switch {
	case t.network == "":
	case t.source != "":
		n.named = carrier.Source(t.source)
	case !nobody(t.network):
		n.named = carrier.FromLog
	}
	return n
}

// failure is what the provider's code says, else its status word. The numbers of
// a log that names no provider are taken as Twilio's.
func failure(t *traits) reason.Reason {
	if r, ok := reason.Parse(t.reason); ok {
		return r
	}
	provider := t.provider
	if provider == "" {
		provider = "twilio"
	}
	r := reason.Of(provider, t.code, t.status)
	if r == reason.Delivered {
		return reason.Unknown
	}
	return r
}

// join brings a further row's words into a profile: status and code of the row
// that wins, the rest from whichever row has it.
func (b *book) join(p, further profile, wins bool) profile {
	t, r := b.at(p).traits, &b.at(further).traits
	fill := func(to *string, word string) {
		if *to == "" {
			*to = word
		}
	}
	fill(&t.network, r.network)
	fill(&t.mccmnc, r.mccmnc)
	fill(&t.country, r.country)
	fill(&t.sender, r.sender)
	if wins {
		t.status, t.code, t.reason = r.status, r.code, r.reason
	}
	return b.profile(t)
}

// same says that two profiles differ by their input at most.
func (b *book) same(p, q profile) bool {
	if p == q {
		return true
	}
	s, t := b.at(p).traits, b.at(q).traits
	s.file, t.file = 0, 0
	return s == t
}
