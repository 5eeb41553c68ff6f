package export

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"cli.otpdoctor/diagnostics/ticket"
)

func TestRedactFile(t *testing.T) {
	k, q := personalTicket()
	known := Known{Firm: "northfirm.example", Names: []string{"Jo Smith"}, Numbers: []string{"+447700900187", "+44 7700 900142"}}
	for _, kind := range []string{"ticket", "lockout", "analysis"} {
		for _, format := range []string{"text", "md", "html", "json", "csv", "zendesk", "jira", "github"} {
			if kind == "analysis" && strings.Contains("zendesk jira github", format) {
				continue
			}
			before := written(t, kind, format, k, q, Options{})
			var b bytes.Buffer
			masked, err := RedactFile(&b, before, known, Options{})
			if err != nil {
				t.Errorf("%s %s: %v", kind, format, err)
				continue
			}
			lower := strings.ToLower(opened(t, b.Bytes()))
			for _, p := range personal {
				if i := strings.Index(lower, p); i >= 0 {
					t.Errorf("%s %s gives away %q: %q", kind, format, p, lower[max(0, i-50):min(len(lower), i+50)])
				}
			}
			if !strings.Contains(masked, " places: ") {
				t.Errorf("%s %s: masked %q", kind, format, masked)
			}
			readBack(t, kind+" "+format, "letter", format, b.Bytes())
		}
	}
	for _, format := range []string{"pdf", "eml"} {
		if _, err := RedactFile(&bytes.Buffer{}, written(t, "ticket", format, k, q, Options{}), known, Options{}); !errors.Is(err, ErrNotText) {
			t.Errorf("%s: %v", format, err)
		}
	}
}

// A report names its own personal values: nobody has to repeat them.
func TestRedactFileLearns(t *testing.T) {
	k, _ := personalTicket()
	var b bytes.Buffer
	if _, err := RedactFile(&b, written(t, "ticket", "json", k, ticket.Request{}, Options{}), Known{}, Options{}); err != nil {
		t.Fatal(err)
	}
	lower := strings.ToLower(opened(t, b.Bytes()))
	for _, p := range []string{"northfirm", "7700900187", "7700 900 187"} {
		if strings.Contains(lower, p) {
			t.Errorf("gives away %q", p)
		}
	}
	var v map[string]any
	if err := json.Unmarshal(b.Bytes(), &v); err != nil {
		t.Error(err)
	}
	b.Reset()
	if _, err := RedactFile(&b, []byte("message_id,to,note\r\n447712345678901,+447700900187,call 07700900187\r\n"), Known{}, Options{}); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&b).ReadAll()
	if err != nil || rows[1][0] != "447712345678901" || rows[1][1] != "user 1, +44 … 87" || rows[1][2] != "call user 1, +44 … 87" {
		t.Errorf("%v, %q", err, rows)
	}
}
