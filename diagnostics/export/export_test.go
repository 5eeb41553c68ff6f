package export

import (
	"bytes"
	"testing"
)

func TestTicketGolden(t *testing.T) {
	k := madeTicket()
	for _, format := range Formats("ticket") {
		for name, o := range map[string]Options{"": {}, "masked-": {Redact: true}} {
			var b bytes.Buffer
			if err := Ticket(&b, format, k, o); err != nil {
				t.Errorf("%s: %v", format, err)
			}
			golden(t, "ticket-"+name+format, b.Bytes())
		}
	}
	var b bytes.Buffer
	if err := Summary(&b, k, Options{}); err != nil {
		t.Error(err)
	}
	golden(t, "summary", b.Bytes())
}

func TestAnalysisGolden(t *testing.T) {
	r := madeReport()
	for _, format := range Formats("analysis") {
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
		golden(t, "analysis-"+table+".csv", b.Bytes())
	}
}
