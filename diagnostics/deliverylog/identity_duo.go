package deliverylog

import "strings"

// Duo's two logs belong together: the authentication log has the users, the
// telephony log the numbers and the sends. Rows of one login share a txid.
// https://duo.com/docs/adminapi#logs
var (
	duoAuthentication = Format{
		Name: "duo-authentication", Provider: duo, Title: "Duo authentication log", Shape: "CSV or JSON",
		Columns:  []string{"factor", "result", "reason", "isotimestamp|timestamp", "user|username|user.name"},
		Warnings: []string{warnDuoNewest},
		finish:   finishDuoAuthentication,
	}
	duoTelephony = Format{
		Name: "duo-telephony", Provider: duo, Title: "Duo telephony log", Shape: "CSV or JSON",
		Columns:  []string{"phone", "type", "context", "ts|isotimestamp|timestamp"},
		Warnings: []string{warnDuoNewest},
		finish:   finishDuoTelephony,
	}
)

const duo = "duo"

const (
	warnDuoNewest    = "Duo holds its logs back for two minutes: the newest events may be missing"
	warnDuoTelephony = "Duo logs what it sent in the telephony log, which is not among these"
	warnDuoUsers     = "users and codes typed in are in Duo's authentication log, which is not among these"
)

var (
	duoAt      = named("isotimestamp|ts|timestamp")
	duoUser    = named("user.name|username|user")
	duoAccount = named("user.key")
	duoFactor  = named("factor")
	duoResult  = named("result")
	duoReason  = named("reason")
	duoDevice  = named("auth_device.name|auth_device|device")
	duoSession = named("txid")
	duoSendID  = named("telephony_id")
	duoPhone   = named("phone")
	duoType    = named("type")
	duoContext = named("context")
)

// finishDuoAuthentication reads both versions: the first writes results in upper
// case and reasons with spaces.
func finishDuoAuthentication(p *rows, r *Record) error {
	factor, reason, result := plainName(p.str(duoFactor)), plainName(p.str(duoReason)), plainName(p.str(duoResult))
	success := result == "success"
	e := login{session: p.str(duoSession), IdentityEvent: IdentityEvent{User: p.str(duoUser), Account: p.str(duoAccount),
		Phone: duoDevicePhone(p.str(duoDevice)), Provider: duo, Detail: p.str(duoReason)}}
	switch {
	case reason == "lockedout" || reason == "userdisabled":
		e.Event = LockedOut
	case factor == "smsrefresh":
		// What it results in is not known; that codes were asked for is.
		e.Event, e.Channel, e.Outcome, e.request = SMSSent, BySMS, Success, true
	case (factor == "smspasscode" || factor == "passcode") && reason == "validpasscode":
		e.Event, e.Outcome = CodeAccepted, Success
	case (factor == "smspasscode" || factor == "passcode") && reason == "invalidpasscode":
		e.Event = CodeRejected
	case factor == "bypasscode" && success:
		e.Event, e.Outcome = BypassUsed, Success
	case factor == "phonecall" && (reason == "userapproved" || duoNotAnswered[reason]):
		e.Event, e.Channel, e.Outcome = VoiceAnswered, ByCall, outcome(!duoNotAnswered[reason])
	case success && duoOthers[factor]:
		e.Event = OtherSuccess
	default:
		return errSkip
	}
	if e.Outcome == "" {
		e.Outcome = Failure
	}
	if factor == "smspasscode" {
		e.Channel = BySMS
	}
	at, err := p.when("isotimestamp", duoAt)
	if err != nil {
		return err
	}
	e.At = at
	p.event(r, e)
	return nil
}

var (
	// duoNotAnswered are the reasons of a call that nobody approved.
	duoNotAnswered = map[string]bool{"noresponse": true, "usercancelled": true, "nokeyspressed": true, "calltimedout": true}

	// duoOthers are factors that let a user in without a code by text.
	duoOthers = map[string]bool{"duopush": true, "hardwaretoken": true, "u2ftoken": true, "yubikeypasscode": true, "yubikeycode": true,
		"duomobilepasscode": true, "webauthnsecuritykey": true, "webauthnplatformcredential": true}
)

// duoDevicePhone takes the number out of a device's name: what stands in its last
// brackets, else the whole.
func duoDevicePhone(name string) string {
	name = strings.TrimSpace(name)
	if i := strings.LastIndexByte(name, '('); i >= 0 && strings.HasSuffix(name, ")") {
		if inner := name[i+1 : len(name)-1]; isPhone(inner) && len(onlyDigits(inner)) >= 6 {
			return tidyPhone(inner)
		}
	}
	return phoneOf(name)
}

// finishDuoTelephony reads a send. The first version has neither ids nor users.
func finishDuoTelephony(p *rows, r *Record) error {
	e := login{id: p.str(duoSendID), session: p.str(duoSession),
		IdentityEvent: IdentityEvent{Phone: phoneOf(p.str(duoPhone)), Outcome: Success, Provider: duo}}
	kind := plainName(p.str(duoType))
	switch {
	case strings.HasPrefix(kind, "sms"):
		e.Event, e.Channel = SMSSent, BySMS
	case strings.HasPrefix(kind, "phone"), strings.HasSuffix(kind, "call"), kind == "voice":
		e.Event, e.Channel = VoiceSent, ByCall
	default:
		return errSkip
	}
	if strings.HasPrefix(plainName(p.str(duoContext)), "enroll") {
		e.Purpose = ForSetup
	}
	at, err := p.when("ts", duoAt)
	if err != nil {
		return err
	}
	e.At = at
	p.event(r, e)
	return nil
}
