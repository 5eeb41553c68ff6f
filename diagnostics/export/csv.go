package export

import (
	"encoding/csv"
	"io"
	"strings"
)

// A spreadsheet runs a cell that begins with one of these as a formula. An
// apostrophe in front tells it not to (owasp.org, CSV Injection); the reader of
// our own CSV takes it away again. Numbers with a sign, and so numbers in
// E.164, stay as they are.
func csvCell(s string) string {
	clean := Clean(s)
	if s == "" {
		return s
	}
	switch s[0] {
	case '=', '@', '\t', '\r':
		return "'" + clean
	case '+', '-':
		if !isNumber(s[1:]) {
			return "'" + clean
		}
	}
	return clean
}

// isNumber says whether s is digits with at most one decimal point and one exponent.
func isNumber(s string) bool {
	mantissa, exponent, hasExponent := strings.Cut(strings.ToLower(s), "e")
	if hasExponent && !digits(strings.TrimLeft(exponent, "+-")) {
		return false
	}
	whole, fraction, hasPoint := strings.Cut(mantissa, ".")
	return digits(whole) && (!hasPoint || digits(fraction))
}

func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// known is a text, empty where nobody knows it.
func known(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// csvWriter writes guarded cells by RFC 4180: CRLF, quotes doubled.
type csvWriter struct {
	w     *csv.Writer
	cells []string
}

func newCSV(w io.Writer, header ...string) *csvWriter {
	c := &csvWriter{w: csv.NewWriter(w)}
	c.w.UseCRLF = true
	c.w.Write(header)
	return c
}

func (c *csvWriter) row(cells ...string) {
	c.cells = c.cells[:0]
	for _, s := range cells {
		c.cells = append(c.cells, csvCell(s))
	}
	c.w.Write(c.cells)
}

func (c *csvWriter) close() error {
	c.w.Flush()
	return c.w.Error()
}
