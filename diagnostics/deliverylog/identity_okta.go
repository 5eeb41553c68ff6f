package deliverylog

import (
	"errors"
	"strconv"
	"strings"
)

// oktaEvents is Okta's System Log: the API's array, one object a line from a log
// stream, or the console's CSV, whose names have underscores and whose targets
// are columns target0.type, target1.type and so on.
// https://developer.okta.com/docs/reference/api/system-log/
var oktaEvents = Format{
	Name: "okta-events", Provider: okta, Title: "Okta System Log", Shape: "CSV or JSON",
	Columns: []string{"eventType|event_type", "published|timestamp", "outcome.result", "actor.alternateId|actor.alternate_id"},
	finish:  finishOkta,
}

const okta = "okta"

var (
	oktaType    = named("eventType|event_type")
	oktaLegacy  = named("legacyEventType|legacy_event_type")
	oktaAt      = named("published|timestamp")
	oktaID      = named("uuid")
	oktaResult  = named("outcome.result")
	oktaReason  = named("outcome.reason")
	oktaActor   = named("actor.alternateId|actor.alternate_id")
	oktaActorID = named("actor.id")
	oktaActing  = named("actor.type")
	oktaTargets = named("target")
	oktaPhone   = named("debugContext.debugData.phoneNumber|debug_context.debug_data.phone_number")
	oktaFactor  = named("debugContext.debugData.factor|debug_context.debug_data.factor")

	oktaTargetType    = named("type")
	oktaTargetName    = named("displayName|display_name")
	oktaTargetLogin   = named("alternateId|alternate_id")
	oktaTargetID      = named("id")
	oktaTargetMethod  = named("detailEntry.methodTypeUsed|detail_entry.method_type_used")
	oktaTargetColumns [oktaMaxTargets]struct{ kind, name, login, id, method field }
)

// oktaMaxTargets is how many targets a row of the CSV is looked through for.
const oktaMaxTargets = 8

func init() {
	for i := range oktaTargetColumns {
		c, at := &oktaTargetColumns[i], "target"+strconv.Itoa(i)+"."
		c.kind, c.name, c.login, c.id = named(at+"type"), named(at+"display_name"), named(at+"alternate_id"), named(at+"id")
		c.method = named(at + "detail_entry.method_type_used")
	}
}

// oktaMeaning is what an event type comes to. https://developer.okta.com/docs/reference/api/event-types/
type oktaMeaning struct {
	event, purpose string
	factor         bool // only where the factor is a text message, or not named
}

var oktaMeanings = map[string]oktaMeaning{
	"system.sms.send_factor_verify_message":      {event: SMSSent},
	"system.sms.send_phone_verification_message": {event: SMSSent, purpose: ForSetup},
	"system.sms.send_okta_push_verify_message":   {event: SMSSent, purpose: ForApp},
	"system.sms.send_account_unlock_message":     {event: SMSSent, purpose: ForUnlock},
	"system.sms.send_password_reset_message":     {event: SMSSent, purpose: ForReset},
	"system.sms.receive_status":                  {event: SMSStatus},
	"system.voice.send_mfa_challenge_call":       {event: VoiceSent},
	"system.voice.send_phone_verification_call":  {event: VoiceSent, purpose: ForSetup},
	"system.voice.receive_status":                {event: VoiceAnswered},
	"user.authentication.auth_via_mfa":           {event: CodeAccepted},
	"user.mfa.factor.activate":                   {event: Enrolled, factor: true},
	"user.mfa.factor.deactivate":                 {event: FactorRemoved, factor: true},
	"user.mfa.factor.suspend":                    {event: FactorRemoved, factor: true},
	"user.mfa.factor.reset_all":                  {event: FactorReset},
	"user.account.lock":                          {event: LockedOut},
}

// oktaTarget is one of the things an event was done to.
type oktaTarget struct{ kind, name, login, id, method string }

func finishOkta(p *rows, r *Record) error {
	m, ok := oktaMeanings[p.str(oktaType)]
	if !ok {
		return errSkip
	}
	at, err := p.when("published", oktaAt)
	if err != nil {
		return err
	}
	e := login{id: p.str(oktaID), IdentityEvent: IdentityEvent{Event: m.event, Purpose: m.purpose, At: at, Provider: okta, Detail: p.str(oktaReason)}}
	// The system itself is the actor of many sends; it is nobody's login.
	if !strings.EqualFold(p.str(oktaActing), "SystemPrincipal") {
		e.User, e.Account = p.str(oktaActor), p.str(oktaActorID)
	}
	method, sure := p.str(oktaFactor), ""
	for _, t := range p.oktaTargets() {
		switch t.kind {
		case "User":
			e.User, e.Account = t.login, t.id
			if e.User == "" || e.User == "unknown" {
				e.User = t.name
			}
		case "Phone":
			e.Phone = phoneOf(t.name, t.login)
		case "AuthenticatorEnrollment":
			if t.method != "" {
				sure = t.method
			}
			method = t.name
		}
	}
	if e.Phone == "" {
		e.Phone = phoneOf(p.str(oktaPhone))
	}
	if sure != "" {
		method = sure
	}
	result := strings.ToUpper(p.str(oktaResult))
	if result == "" {
		return errors.New("outcome.result is empty")
	}
	good, bad := result == "SUCCESS" || result == "ALLOW", result == "FAILURE" || result == "DENY"
	e.Outcome = outcome(good)
	f := factorOf(method)
	switch m.event {
	case SMSSent:
		e.Channel, e.Outcome = BySMS, outcome(!bad)
	case VoiceSent:
		e.Channel, e.Outcome = ByCall, outcome(!bad)
	case SMSStatus, VoiceAnswered:
		if !good && !bad {
			return errSkip
		}
	case CodeAccepted:
		if !good && !bad { // CHALLENGE, UNKNOWN: the older name of the event may tell
			legacy := p.str(oktaLegacy)
			good, bad = strings.HasSuffix(legacy, ".attempt_success"), strings.HasSuffix(legacy, ".attempt_fail")
		}
		e.Channel, e.Outcome = f.channel(), outcome(good)
		switch {
		case !good && !bad:
			return errSkip
		case f == otherFactor && good && !strings.Contains(strings.ToLower(method), "password"):
			e.Event = OtherSuccess
		case f == otherFactor:
			return errSkip
		case f == callFactor:
			e.Event = VoiceAnswered
		case bad:
			e.Event = CodeRejected
		}
	case Enrolled, FactorRemoved:
		if f == otherFactor {
			return errSkip
		}
	}
	p.event(r, e)
	return nil
}

// oktaTargets lists what the event of the present row was done to.
func (p *rows) oktaTargets() (list []oktaTarget) {
	if t, elements := p.list(oktaTargets); t != nil {
		for _, n := range elements {
			list = append(list, oktaTarget{t.textAt(n, oktaTargetType), t.textAt(n, oktaTargetName), t.textAt(n, oktaTargetLogin),
				t.textAt(n, oktaTargetID), t.textAt(n, oktaTargetMethod)})
		}
		return list
	}
	if p.t != nil {
		return nil
	}
	for i := range oktaTargetColumns {
		c := &oktaTargetColumns[i]
		if kind := p.str(c.kind); kind != "" {
			list = append(list, oktaTarget{kind, p.str(c.name), p.str(c.login), p.str(c.id), p.str(c.method)})
		}
	}
	return list
}
