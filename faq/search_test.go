package faq

import (
	"slices"
	"testing"
)

func TestSearchByWordsOfUsers(t *testing.T) {
	for _, c := range []struct{ words, topic string }{
		{"didn't get text", "no-code"},
		{"didnt recieve sms", "no-code"},
		{"never received the verification code", "no-code"},
		{"text message not arriving", "no-code"},
		{"no sms", "no-code"},
		{"code late", "slow-code"},
		{"code takes too long", "slow-code"},
		{"text is slow", "slow-code"},
		{"dellayed code", "slow-code"},
		{"code expired before it came", "slow-code"},
		{"network down", "carrier-down"},
		{"no signal", "carrier-down"},
		{"operator outage", "carrier-down"},
		{"colleague can't log in", "helping-someone"},
		{"help a user who cannot login", "helping-someone"},
		{"admin locked out", "administrator-locked-out"},
		{"administator locked out", "administrator-locked-out"},
		{"reactivated user not asked", "not-asked"},
		{"deactivated and activated again", "not-asked"},
		{"same users every time", "same-people"},
		{"turned it off but still asked", "still-asked"},
		{"disabled for everyone still required", "still-asked"},
		{"asks again within 30 days", "asked-too-often"},
		{"cookies", "asked-too-often"},
		{"cokies deleted", "asked-too-often"},
		{"tried everything", "everything-tried"},
		{"nothing helps", "everything-tried"},
		{"landline", "no-code"},
		{"voip", "no-code"},
		{"spam", "no-code"},
		{"backup codes safe", "slow-code"},
		{"E.164", "no-code"},
		{"O2 blocking", "no-code"},
		{"two administrators", "helping-someone"},
	} {
		hits := Builtin().Search(c.words)
		if len(hits) == 0 {
			t.Errorf("%q: nothing found, want %s", c.words, c.topic)
		} else if hits[0].TopicID != c.topic {
			t.Errorf("%q: %s/%s (%.2f), want %s", c.words, hits[0].TopicID, hits[0].StepID, hits[0].Score, c.topic)
		}
	}
}

func TestSearchFindsNothing(t *testing.T) {
	for _, words := range []string{"", "   ", "the a of", "xyzzyx qwfpgj", "\x00\x1b[31m", "???"} {
		if hits := Builtin().Search(words); hits != nil {
			t.Errorf("%q: %d hits, first %+v, want none", words, len(hits), hits[0])
		}
	}
}

func TestSearchNamesPlaceAndLine(t *testing.T) {
	hits := Builtin().Search("spam")
	if len(hits) == 0 {
		t.Fatal("spam: nothing found")
	}
	i := slices.IndexFunc(hits, func(h Hit) bool { return h.StepID == "carrier_lets_through" })
	if i < 0 {
		t.Errorf("spam does not find the step about it: %+v", hits)
	}
	for i, h := range hits {
		if h.Title == "" || h.Snippet == "" || h.Score <= 0 || i > 0 && h.Score > hits[i-1].Score {
			t.Errorf("hit %d is not whole or not in order: %+v", i, h)
		}
	}
}

func TestSearchIsStable(t *testing.T) {
	first := Builtin().Search("code by text does not come")
	for range 20 {
		if got := Builtin().Search("code by text does not come"); !slices.Equal(got, first) {
			t.Fatalf("the same search gave %v, then %v", first, got)
		}
	}
}

func TestNearest(t *testing.T) {
	for _, c := range []struct {
		id   string
		want string
	}{
		{"no-cod", "no-code"}, {"nocode", "no-code"}, {"No Code", "no-code"}, {"slow", "slow-code"}, {"locked-out", "administrator-locked-out"},
		{"carrierdown", "carrier-down"}, {"askd-too-often", "asked-too-often"}, {"cookies", "asked-too-often"}, {"helping", "helping-someone"},
	} {
		got := Builtin().Nearest(c.id)
		if len(got) == 0 || got[0] != c.want {
			t.Errorf("%q: %v, want %s first", c.id, got, c.want)
		}
		if len(got) > 3 {
			t.Errorf("%q: %d names, want at most 3", c.id, len(got))
		}
	}
	if got := Builtin().Nearest("zzzzqqqq"); len(got) != 0 {
		t.Errorf("nearest to nothing = %v", got)
	}
}
