package export

import (
	"bytes"
	"encoding/json"
	"io"
	"strconv"
	"strings"

	"cli.otpdoctor/diagnostics/ticket"
)

// ticketToCSV has one row for each question. A number in it stands in E.164 in
// the value column, where programs look, and spaced in the answer.
func ticketToCSV(w io.Writer, t *ticket.Ticket, o Options) error {
	red := ticketRedactor(t, o)
	c := newCSV(w, "number", "id", "question", "answer", "value", "source", "evidence", "conflict")
	j := ticketOf(t, red)
	for _, q := range j.Questions {
		value, err := compact(q.Value)
		if err != nil {
			return err
		}
		c.row(strconv.Itoa(q.Number), q.ID, q.Question, q.Answer, value, q.Source, strings.Join(q.Evidence, "; "), q.Conflict)
	}
	if red.on {
		c.row("", "masked", "", j.Masked, "", "", "", "")
	}
	return c.close()
}

func compact(v any) (string, error) {
	b, err := marshal(v, "")
	if err != nil {
		return "", err
	}
	var out bytes.Buffer
	if err := json.Compact(&out, b); err != nil {
		return "", err
	}
	return out.String(), nil
}

// oneLine makes one line of several.
func oneLine(s string) string {
	if !strings.ContainsAny(s, "\n\r\t") {
		return s
	}
	return strings.Join(strings.Fields(s), " ")
}
