package ticket

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

// FuzzParseAnswers: whatever stands in an answers file, what is taken of it are
// texts to questions that there are, and the same ones when they are written again.
func FuzzParseAnswers(f *testing.F) {
	f.Add(`{"number_changed":"no","noticed_at":"2026-03-03T08:10:00Z"}`)
	f.Add(`{"number_changed":"no","number_changed":"yes"}`)
	f.Add(`{"noticed_at":"2026-03-03T08:10:00"} {}`)
	f.Add(`{"number_changed":{}}`)
	f.Add("\xef\xbb\xbf[]")
	f.Fuzz(func(t *testing.T, text string) {
		got, err := ParseAnswers(strings.NewReader(text))
		if err != nil {
			if err.Error() == "" || strings.ContainsAny(err.Error(), "\x00\x1b") {
				t.Fatalf("error %q", err)
			}
			return
		}
		for id := range got {
			if !slices.Contains(IDs[:], id) {
				t.Fatalf("an answer to %q", id)
			}
		}
		again, err := json.Marshal(got)
		if err != nil {
			t.Fatal(err)
		}
		same, err := ParseAnswers(strings.NewReader(string(again)))
		if err != nil || len(same) != len(got) {
			t.Fatalf("%q written again as %s: %v", text, again, err)
		}
	})
}
