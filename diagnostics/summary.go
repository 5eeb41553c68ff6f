package diagnostics

import "cli.otpdoctor/diagnostics/number"

// State sums the case up for a list of cases: no full number, no name.
func (c *Case) State() *State {
	s := &State{}
	for _, n := range c.numbers {
		text := n.E164
		if text == "" {
			text = n.Input
		}
		s.Masked = append(s.Masked, number.Masked(number.ParseMSISDN([]byte(text), "")))
	}
	s.Answered = c.Ticket().Answered()
	if step, open := c.walk.Current(); open {
		s.Step = step.Title
		s.StepNo, _ = c.walk.Progress()
	}
	for _, f := range c.Findings() {
		if c.Concerns(f) {
			s.Finding = f.Title
			break
		}
	}
	return s
}
