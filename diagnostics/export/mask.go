package export

import "cli.otpdoctor/diagnostics/number"

// Masker takes personal values out of text that is shown piece by piece, by the
// rules of the reports. A person has the same label throughout. It is not safe
// for concurrent use.
type Masker struct{ red *redactor }

// NewMasker knows nothing yet but what looks like a phone number, an e-mail
// address or a web address.
func NewMasker() *Masker { return &Masker{newRedactor(Options{Redact: true})} }

// Know adds values that a text alone does not give away as personal.
func (m *Masker) Know(k Known) { m.red.learn(k) }

// Text masks one line of text and makes it fit for a terminal.
func (m *Masker) Text(s string) string { return m.red.text(s) }

// Number is the label of a number: "user 1, +44 … 87".
func (m *Masker) Number(n number.MSISDN) string {
	if _, ok := m.red.numbers[m.red.canonical(n)]; !ok {
		m.red.know(n) // from now on however it is written
	}
	return m.red.label(n)
}
