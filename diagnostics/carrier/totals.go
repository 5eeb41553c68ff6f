package carrier

import "cli.otpdoctor/diagnostics/number"

// Totals counts checked numbers.
type Totals struct {
	Numbers    int64
	Right      int64 // valid and right as typed
	Corrected  int64 // valid after correction
	NotValid   int64
	CanReceive int64 // CanReceiveSMS is yes
}

// Add counts c.
func (t *Totals) Add(c *Checked) {
	t.Numbers++
	switch {
	case !c.Valid:
		t.NotValid++
	case len(c.Corrections) > 0:
		t.Corrected++
	default:
		t.Right++
	}
	if c.CanReceiveSMS == number.Yes {
		t.CanReceive++
	}
}

func (t *Totals) merge(o Totals) {
	t.Numbers += o.Numbers
	t.Right += o.Right
	t.Corrected += o.Corrected
	t.NotValid += o.NotValid
	t.CanReceive += o.CanReceive
}
