package deliverylog

import (
	"cmp"
	"strconv"
	"strings"
)

// entraSignIns are Microsoft Entra ID's sign-in logs: from Graph, from the portal
// as JSON or CSV, or the table SigninLogs of Log Analytics. One sign-in may hold
// several steps; only those of a text or call count.
// https://learn.microsoft.com/en-us/graph/api/resources/signin
var entraSignIns = Format{
	Name: "entra-signins", Provider: entra, Title: "Microsoft Entra ID sign-in log", Shape: "CSV or JSON",
	Columns:  []string{"userPrincipalName|username", "createdDateTime|date|TimeGenerated", "status.errorCode|ResultType|sign_in_error_code"},
	Warnings: []string{"Entra logs a code that was sent only where the sign-in failed: how often a code was asked for cannot be told"},
	finish:   finishEntra,
}

const entra = "entra"

var (
	entraUser    = named("userPrincipalName|username")
	entraAccount = named("userId")
	entraID      = named("id|request_id")
	entraAt      = named("createdDateTime|date|TimeGenerated")
	entraError   = named("status.errorCode|ResultType|sign_in_error_code")
	entraResult  = named("status.additionalDetails|multifactor_authentication_result|ResultDescription|failure_reason|status.failureReason")
	entraMethod  = named("mfaDetail.authMethod|multifactor_authentication_auth_method")
	entraPhone   = named("mfaDetail.authDetail|multifactor_authentication_auth_detail")
	entraSteps   = named("authenticationDetails")

	// In Log Analytics these are texts of JSON.
	entraStatus       = named("Status")
	entraStatusDetail = named("additionalDetails")
	entraMFA          = named("MfaDetail")
	entraMFAMethod    = named("authMethod")
	entraMFAPhone     = named("authDetail")

	entraStepMethod  = named("authenticationMethod")
	entraStepPhone   = named("authenticationMethodDetail")
	entraStepAt      = named("authenticationStepDateTime")
	entraStepResult  = named("authenticationStepResultDetail")
	entraStepSuccess = named("succeeded")
)

func finishEntra(p *rows, r *Record) error {
	at, err := p.when("createdDateTime", entraAt)
	if err != nil {
		return err
	}
	base := login{IdentityEvent: IdentityEvent{User: p.str(entraUser), Account: p.str(entraAccount), At: at, Provider: entra}}
	id := p.str(entraID)
	found := false
	add := func(e login) {
		if id != "" { // several events of one sign-in
			e.id = id + "/" + strconv.Itoa(len(p.logins))
		}
		p.event(r, e)
		found = true
	}
	t, steps := p.list(entraSteps)
	for _, n := range steps {
		e := base
		if !e.entraFactor(t.textAt(n, entraStepMethod), strings.EqualFold(t.textAt(n, entraStepSuccess), "true"), t.textAt(n, entraStepResult)) {
			continue
		}
		e.Phone = phoneOf(t.textAt(n, entraStepPhone))
		if v := t.textAt(n, entraStepAt); v != "" {
			if e.At, err = p.moment("authenticationStepDateTime", []byte(v), false); err != nil {
				return err
			}
		}
		add(e)
	}
	code := p.str(entraError)
	if !found && len(steps) == 0 {
		method, detail := cmp.Or(p.str(entraMethod), p.within(entraMFA, entraMFAMethod)), cmp.Or(p.within(entraStatus, entraStatusDetail), p.str(entraResult))
		if e := base; e.entraFactor(method, code == "0", detail) {
			e.Phone = phoneOf(p.str(entraPhone), p.within(entraMFA, entraMFAPhone))
			add(e)
		}
	}
	if !found {
		e := base
		e.Detail = p.str(entraResult)
		// https://learn.microsoft.com/en-us/entra/identity-platform/reference-error-codes
		switch code {
		case "50074", "50076":
			e.Event, e.Outcome = ChallengeStarted, Success
			add(e)
		case "50053":
			e.Event, e.Outcome = LockedOut, Failure
			add(e)
		}
	}
	if !found {
		return errSkip
	}
	return nil
}

// entraFactor fills in what became of one step; false where it says nothing of a
// text or call.
func (e *login) entraFactor(method string, succeeded bool, detail string) bool {
	if method == "" {
		return false
	}
	e.Detail, e.Outcome = detail, outcome(succeeded)
	small := strings.ToLower(detail)
	waiting := false
	for _, w := range []string{"sent", "timed out", "timeout", "not respond", "no response", "in progress", "initiated", "pending"} {
		waiting = waiting || strings.Contains(small, w)
	}
	switch f := factorOf(method); {
	case f == smsFactor:
		e.Channel = BySMS
		switch {
		case succeeded:
			e.Event = CodeAccepted
		case waiting:
			e.Event, e.Outcome = SMSSent, Success
		default:
			e.Event = CodeRejected
		}
	case f == callFactor:
		e.Event, e.Channel = VoiceAnswered, ByCall
	case f == otherFactor && succeeded && entraSecond(method):
		e.Event = OtherSuccess
	default:
		return false
	}
	return true
}

// entraSecond tells second factors from passwords and from what an earlier
// sign-in satisfied.
func entraSecond(method string) bool {
	small := strings.ToLower(method)
	return !strings.Contains(small, "password") && !strings.Contains(small, "satisfied")
}
