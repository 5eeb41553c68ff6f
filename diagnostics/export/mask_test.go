package export

import (
	"testing"

	"cli.otpdoctor/diagnostics/number"
)

func TestMasker(t *testing.T) {
	m := NewMasker()
	m.Know(Known{Firm: "https://www.northfirm.example/login", Names: []string{"Alexandra Doe"}, Numbers: []string{"+4407700900187"}})
	if got := m.Number(number.MSISDN(447700900142)); got != "user 1, +44 … 42" {
		t.Errorf("a number is %q", got)
	}
	for _, test := range []struct{ in, want string }{
		{"Call +44 7700 900187 or 07700 900187.", "Call user 2, +44 … 87 or user 2, +44 … 87."},
		{"07700900142", "user 1, +44 … 42"},
		{"northfirm.example has it, Northfirm too", "[firm] has it, [firm] too"},
		{"Ms Doe (a.doe@northfirm.example)", "Ms [name] ([e-mail 1])"},
		{"41 of 52 attempts since 3 March 07:40 UTC, 79 % (66–88)", "41 of 52 attempts since 3 March 07:40 UTC, 79 % (66–88)"},
		{"a\x1b[2Jb", "a␛[2Jb"},
	} {
		if got := m.Text(test.in); got != test.want {
			t.Errorf("Text(%q) = %q, want %q", test.in, got, test.want)
		}
	}
}
