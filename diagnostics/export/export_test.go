package export

import (
	"bytes"
	"strings"
	"testing"
)

// goldenFormats are those whose bytes are worth reading in a review; the others
// are read back by a parser of their own.
var goldenFormats = []string{"text", "md", "json", "csv"}

func TestTicketGolden(t *testing.T) {
	k := madeTicket()
	for _, format := range goldenFormats {
		for name, o := range map[string]Options{"": {}, "masked-": {Redact: true}} {
			var b bytes.Buffer
			if err := Ticket(&b, format, k, o); err != nil {
				t.Errorf("%s: %v", format, err)
			}
			golden(t, "ticket-"+name+format, b.Bytes())
		}
	}
	var b bytes.Buffer
	if err := Demo(&b, "No code", k, Options{}); err != nil {
		t.Error(err)
	}
	golden(t, "demo", b.Bytes())
}

func TestAnalysisGolden(t *testing.T) {
	r := madeReport()
	for _, format := range goldenFormats {
		var b bytes.Buffer
		if err := Analysis(&b, format, r, Options{Explain: true}); err != nil {
			t.Errorf("%s: %v", format, err)
		}
		golden(t, "analysis-"+format, b.Bytes())
	}
	var b bytes.Buffer
	if err := Analysis(&b, "text", r, Options{Width: 60, ASCII: true}); err != nil {
		t.Error(err)
	}
	golden(t, "analysis-text-narrow", b.Bytes())
	for _, table := range Tables() {
		var b bytes.Buffer
		if err := Analysis(&b, "csv", r, Options{Table: table}); err != nil {
			t.Error(err)
		}
		if b.Len() > 4000 { // the rest is more of the same
			b.Truncate(strings.LastIndex(b.String()[:4000], "\r\n") + 2)
		}
		golden(t, "analysis-"+table+".csv", b.Bytes())
	}
}

func TestSameInputSameBytes(t *testing.T) {
	for _, format := range Formats("ticket") {
		var a, b bytes.Buffer
		if err := Ticket(&a, format, madeTicket(), Options{}); err != nil {
			t.Fatal(err)
		}
		if err := Ticket(&b, format, madeTicket(), Options{}); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(a.Bytes(), b.Bytes()) {
			t.Errorf("%s: two runs differ", format)
		}
	}
}

func TestUnknownFormat(t *testing.T) {
	var b bytes.Buffer
	for _, err := range []error{Ticket(&b, "doc", madeTicket(), Options{}), Analysis(&b, "doc", madeReport(), Options{}), Checks(&b, "doc", nil, Options{})} {
		if err == nil || !strings.Contains(err.Error(), `"doc" is not one of text, `) {
			t.Errorf("got %v", err)
		}
	}
}
