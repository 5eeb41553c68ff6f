package deliverylog

import (
	"bytes"
	"strings"
)

// keycloakEvents are the event lines of Keycloak's console log. Keycloak sends no
// texts itself; what an add-on logs beside these lines has no fixed names.
// https://www.keycloak.org/docs/latest/server_admin/#auditing-events
var keycloakEvents = Format{
	Name: "keycloak-events", Provider: keycloak, Title: "Keycloak event lines", Shape: "lines",
	Columns: []string{"type", "realmId|realmName", "@line"},
	Warnings: []string{"successes are mostly not in a Keycloak console log: that no code was typed in proves nothing",
		"a wrong code and a wrong password may look the same in Keycloak: only errors that name the factor count"},
	split:  splitKeycloak,
	finish: finishKeycloak,
}

const keycloak = "keycloak"

var (
	keycloakType    = named("type")
	keycloakAt      = named("@line")
	keycloakUser    = named("username")
	keycloakAccount = named("userId")
	keycloakError   = named("error")
	keycloakFactor  = named("credential_type|selected_credential_type|credentialType")
	keycloakPhone   = named("phone_number|phoneNumber|phone|mobile_number|mobile")
)

var keycloakLogger = []byte("[org.keycloak.events]")

// splitKeycloak takes a line apart: a time, the level, the logger, and behind it
// key=value pairs with commas between. Values stand in quotes since version 23.
func splitKeycloak(t *tree, line []byte) bool {
	i := bytes.Index(line, keycloakLogger)
	if i < 0 {
		return false
	}
	when := lineTime(line)
	rest := line[i+len(keycloakLogger):]
	if k := bytes.Index(rest, []byte("type=")); k >= 0 {
		rest = rest[k:]
	}
	for len(rest) > 0 {
		var pair []byte
		key, value, ok := bytes.Cut(rest, []byte{'='})
		if !ok {
			break
		}
		if len(value) > 0 && value[0] == '"' {
			end := 1
			for end < len(value) && value[end] != '"' {
				if value[end] == '\\' {
					end++
				}
				end++
			}
			end = min(end, len(value))
			pair, rest = value[1:end], value[min(end+1, len(value)):]
		} else if k := bytes.Index(value, []byte(", ")); k >= 0 {
			pair, rest = value[:k], value[k:]
		} else {
			pair, rest = value, nil
		}
		t.add(bytes.Trim(key, ", "), pair)
		rest = bytes.TrimLeft(rest, ", ")
	}
	if when != nil {
		t.add([]byte("@line"), when)
	}
	return when != nil
}

func finishKeycloak(p *rows, r *Record) error {
	kind, reason, method := p.str(keycloakType), p.str(keycloakError), p.str(keycloakFactor)
	e := login{IdentityEvent: IdentityEvent{User: p.str(keycloakUser), Account: p.str(keycloakAccount),
		Phone: phoneOf(p.str(keycloakPhone)), Outcome: Success, Provider: keycloak, Detail: reason}}
	f := unknownFactor
	phone := method != "" // names a factor, and that is a phone
	if phone {
		f = factorOf(strings.NewReplacer("mobile", "phone", "-", " ", "_", " ").Replace(method))
		phone = f != otherFactor
	}
	switch {
	case kind == "LOGIN_ERROR" && (reason == "user_temporarily_disabled" || reason == "user_disabled"):
		e.Event, e.Outcome = LockedOut, Failure
	case !phone:
		return errSkip
	case kind == "LOGIN_ERROR":
		e.Event, e.Outcome = CodeRejected, Failure
	case kind == "LOGIN":
		e.Event = CodeAccepted
	case kind == "UPDATE_CREDENTIAL":
		e.Event = Enrolled
	case kind == "REMOVE_CREDENTIAL":
		e.Event = FactorRemoved
	default:
		return errSkip
	}
	e.Channel = f.channel()
	at, err := p.when("time", keycloakAt)
	if err != nil {
		return err
	}
	e.At = at
	p.event(r, e)
	return nil
}
