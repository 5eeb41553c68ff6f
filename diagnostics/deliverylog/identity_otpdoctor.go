package deliverylog

import "slices"

// otpdoctorIdentity is what convert --identity writes, so that events that were
// put together once can be read again.
var otpdoctorIdentity = Format{
	Name: "otpdoctor-identity", Provider: "otpdoctor", Title: "otpdoctor's login events", Shape: "CSV or JSON",
	Columns: []string{"user", "phone", "event", "outcome", "at"},
	finish:  finishOtpdoctorIdentity,
}

var (
	normalUser    = named("user")
	normalPhone   = named("phone")
	normalEvent   = named("event")
	normalOutcome = named("outcome")
	normalAt      = named("at")
)

func finishOtpdoctorIdentity(p *rows, r *Record) error {
	event, outcome := p.str(normalEvent), p.str(normalOutcome)
	if !slices.Contains(identityEvents[:], event) {
		return notKnown("event", p.get(normalEvent))
	}
	if outcome != Success && outcome != Failure {
		return notKnown("outcome", p.get(normalOutcome))
	}
	at, err := p.when("at", normalAt)
	if err != nil {
		return err
	}
	user, phone := p.get(normalUser), p.get(normalPhone)
	if p.t == nil { // as in finishOtpdoctor
		user, phone = unguard(user), unguard(phone)
	}
	e := login{IdentityEvent: IdentityEvent{User: Text(user), Phone: Text(phone), Event: event, Outcome: outcome, At: at, Provider: "otpdoctor"}}
	switch event {
	case SMSSent, SMSStatus:
		e.Channel = BySMS
	case VoiceSent, VoiceAnswered:
		e.Channel = ByCall
	}
	p.event(r, e)
	return nil
}
