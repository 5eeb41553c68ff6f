package deliverylog

import "strings"

// auth0Logs are Auth0's tenant logs: the API's array, newest first, or one object
// a line of a log stream, in which the event stands under data.
// https://auth0.com/docs/deploy-monitor/logs/log-event-type-codes
var auth0Logs = Format{
	Name: "auth0-logs", Provider: auth0, Title: "Auth0 tenant logs", Shape: "JSON",
	Columns: []string{"date", "type", "log_id|_id|tenant_name|hostname", "user_id|user_name|client_id|details"},
	finish:  finishAuth0,
}

const auth0 = "auth0"

// Shapes of the details: https://github.com/auth0/auth0-log-schemas
var (
	auth0Type       = named("type")
	auth0At         = named("date")
	auth0ID         = named("log_id|_id")
	auth0User       = named("user_name")
	auth0Account    = named("user_id")
	auth0Phone      = named("details.authenticator.phone_number|details.enrollment.phone_number")
	auth0Factor     = named("details.authenticator.type")
	auth0Code       = named("details.provider_error.errorCode|details.failure_details.errorCode")
	auth0Detail     = named("details.provider_error.message|details.failure_details.message")
	auth0Connection = named("details.body.connection|strategy|connection")
	auth0Recipient  = named("details.body.phone_number|details.body.phoneNumber|user_name")
)

type auth0Meaning struct {
	event   string
	success bool
	factor  bool // only where the factor is a phone, or not named
}

var auth0Meanings = map[string]auth0Meaning{
	"gd_start_auth":                 {event: ChallengeStarted, success: true},
	"mfar":                          {event: ChallengeStarted, success: true},
	"gd_send_sms":                   {event: SMSSent, success: true},
	"gd_send_sms_failure":           {event: SMSSent},
	"gd_send_voice":                 {event: VoiceSent, success: true},
	"gd_send_voice_failure":         {event: VoiceSent},
	"gd_auth_succeed":               {event: CodeAccepted, success: true, factor: true},
	"gd_auth_failed":                {event: CodeRejected, factor: true},
	"gd_otp_rate_limit_exceed":      {event: RateLimited},
	"gd_recovery_rate_limit_exceed": {event: RateLimited},
	"gd_recovery_succeed":           {event: RecoveryUsed, success: true},
	"gd_recovery_failed":            {event: RecoveryUsed},
	"gd_start_enroll":               {event: EnrollStarted, success: true, factor: true},
	"gd_start_enroll_failed":        {event: EnrollStarted, factor: true},
	"gd_enrollment_complete":        {event: Enrolled, success: true, factor: true},
	"gd_unenroll":                   {event: FactorRemoved, success: true, factor: true},
	"gd_user_delete":                {event: FactorReset, success: true},
	// Codes and links in place of a password: not a second factor, but the same complaint.
	"cs":  {event: SMSSent, success: true},
	"cls": {event: SMSSent, success: true},
}

func finishAuth0(p *rows, r *Record) error {
	kind := p.str(auth0Type)
	m, ok := auth0Meanings[kind]
	if !ok {
		return errSkip
	}
	at, err := p.when("date", auth0At)
	if err != nil {
		return err
	}
	e := login{id: p.str(auth0ID), IdentityEvent: IdentityEvent{User: p.str(auth0User), Account: p.str(auth0Account), Phone: phoneOf(p.str(auth0Phone)),
		Event: m.event, Outcome: outcome(m.success), At: at, Provider: auth0, Code: p.str(auth0Code), Detail: p.str(auth0Detail)}}
	if kind == "cs" || kind == "cls" {
		if !strings.EqualFold(p.str(auth0Connection), "sms") { // the others are e-mails
			return errSkip
		}
		e.Purpose, e.Phone = ForPasswordless, phoneOf(p.str(auth0Recipient))
	}
	// The factor "sms" is a phone, whether the code came as a text or by a call.
	f := factorOf(p.str(auth0Factor))
	switch {
	case m.event == SMSSent:
		e.Channel = BySMS
	case m.event == VoiceSent:
		e.Channel = ByCall
	case m.factor && f == otherFactor && kind == "gd_auth_succeed":
		e.Event = OtherSuccess
	case m.factor && f == otherFactor:
		return errSkip
	}
	p.event(r, e)
	return nil
}
