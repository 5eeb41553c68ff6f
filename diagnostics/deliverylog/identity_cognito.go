package deliverylog

import "strings"

// cognitoEvents is the answer of Amazon Cognito's AdminListUserAuthEvents: one
// user's events, with neither name nor number.
// https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminListUserAuthEvents.html
var cognitoEvents = Format{
	Name: "cognito-events", Provider: cognito, Title: "Amazon Cognito user events", Shape: "JSON",
	Columns: []string{"EventType", "CreationDate", "EventResponse|ChallengeResponses"},
	Warnings: []string{"Cognito names neither user nor number here: the events are taken as one person's",
		"whether a second factor was a text or an app is not in this log"},
	finish: finishCognito,
}

const cognito = "cognito"

var (
	cognitoType       = named("EventType")
	cognitoAt         = named("CreationDate")
	cognitoID         = named("EventId")
	cognitoResponse   = named("EventResponse")
	cognitoChallenges = named("ChallengeResponses")
	cognitoName       = named("ChallengeName")
	cognitoAnswer     = named("ChallengeResponse")
)

func finishCognito(p *rows, r *Record) error {
	kind, response := plainName(p.str(cognitoType)), plainName(p.str(cognitoResponse))
	e := login{IdentityEvent: IdentityEvent{Provider: cognito}}
	switch {
	case kind == "resendcode":
		e.Event, e.Channel, e.Outcome = SMSSent, BySMS, outcome(response != "fail")
	case kind == "signin":
		t, list := p.list(cognitoChallenges)
		for _, n := range list {
			if !strings.EqualFold(t.textAt(n, cognitoName), "Mfa") {
				continue
			}
			switch answer := plainName(t.textAt(n, cognitoAnswer)); answer {
			case "success":
				e.Event, e.Outcome = CodeAccepted, Success
			case "failure":
				e.Event, e.Outcome = CodeRejected, Failure
			}
		}
		if e.Event == "" && response == "inprogress" {
			e.Event, e.Outcome = ChallengeStarted, Success
		}
	}
	if e.Event == "" {
		return errSkip
	}
	at, err := p.when("CreationDate", cognitoAt)
	if err != nil {
		return err
	}
	e.At, e.id = at, p.str(cognitoID)
	p.event(r, e)
	return nil
}
