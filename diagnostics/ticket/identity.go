package ticket

import (
	"fmt"
	"slices"

	"cli.otpdoctor/diagnostics/deliverylog"
	"cli.otpdoctor/diagnostics/number"
	"cli.otpdoctor/diagnostics/tally"
)

// verifications are the challenges of the people, by time.
func (d *draft) verifications() []Verification {
	if d.in.Identity == nil {
		return nil
	}
	keys := d.keys()
	var list []Verification
	for _, v := range d.in.Identity.Events {
		if v.Number != 0 && slices.Contains(keys, v.Number) {
			list = append(list, v)
		}
	}
	slices.SortStableFunc(list, func(a, b Verification) int { return int(min(max(when(a)-when(b), -1), 1)) })
	return list
}

func when(v Verification) deliverylog.Time {
	if v.Sent.Known() {
		return v.Sent
	}
	return v.Verified
}

// identityEver answers ever_received by a code typed in. Where the login log
// knows the people and none was, a delivered message proves nothing, and only
// they can say.
func (d *draft) identityEver() (Answer, bool) {
	list := d.verifications()
	if len(list) == 0 {
		return Answer{}, false
	}
	last, sent, whose := deliverylog.NoTime, deliverylog.NoTime, number.MSISDN(0)
	for _, v := range list {
		if v.Verified > last {
			last, sent, whose = v.Verified, v.Sent, v.Number
		}
	}
	if last.Known() {
		a := Answer{Value: EverReceived{ptr(true), moment(d.deliveredBefore(whose, last))}, Source: FromIdentity,
			Short: "yes, last " + tally.FormatTime(last, nil, d.year),
			Text:  "Yes: a code was last typed in correctly on " + tally.FormatTime(last, d.there(whose), 0) + "."}
		if sent.Known() && sent <= last {
			a.Evidence = append(a.Evidence, fmt.Sprintf("%s from the code asked for to the code typed in", tally.FormatDuration(last.Std().Sub(sent.Std()))))
		}
		return a, true
	}
	delivered := 0
	for _, m := range d.keys() {
		if u, ok := d.user(m); ok {
			delivered += int(u.Delivered)
		}
	}
	if delivered == 0 {
		return Answer{}, false
	}
	return Answer{Value: EverReceived{}, Evidence: []string{plural(delivered, "message") + " delivered by the log, but none of the codes was ever typed in"}}, true
}

// deliveredBefore is the delivery time of the message that was typed in: the
// newest delivered one before, as far as the log has it, else the time of typing.
func (d *draft) deliveredBefore(m number.MSISDN, verified deliverylog.Time) deliverylog.Time {
	if d.report == nil {
		return verified
	}
	best := deliverylog.NoTime
	if w, ok := d.report.Table.Watched(m); ok {
		for i := range w.Messages {
			if done := w.Messages[i].Done; done.Known() && done <= verified {
				best = max(best, done)
			}
		}
	}
	if best.Known() {
		return best
	}
	return verified
}

// identityEventually answers eventually_received where a code was typed in
// during an attempt with several messages.
func (d *draft) identityEventually() (Answer, bool) {
	list := d.verifications()
	if len(list) == 0 || d.report == nil {
		return Answer{}, false
	}
	for _, m := range d.keys() {
		w, ok := d.report.Table.Watched(m)
		if !ok {
			continue
		}
		for _, a := range w.Attempts {
			if a.Messages < 2 {
				continue
			}
			end := a.Last + deliverylog.Time(d.report.Table.Validity.Milliseconds())
			for _, v := range list {
				if v.Number == m && v.Verified.Known() && v.Verified >= a.First && v.Verified <= end {
					return Answer{Value: EventuallyReceived{ptr(true)}, Source: FromIdentity, Short: "yes, a code was typed in",
						Text: "Yes: of several codes one was typed in on " + tally.FormatTime(v.Verified, d.there(m), 0) + "."}, true
				}
			}
		}
	}
	return Answer{}, false
}
