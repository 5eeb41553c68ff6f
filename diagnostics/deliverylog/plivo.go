package deliverylog

// https://www.plivo.com/docs/messaging/concepts/message-states
var plivoWords = words{
	"queued": queued, "sent": passing, "delivered": delivered, "failed": failed, "undelivered": failed,
}

// plivoMessages is the API's list of messages, and CSV with the same names.
// Times have a space for the T, the account's own zone, and fractions whose
// trailing zeros are cut.
// https://github.com/plivo/plivo-go (messages.go)
var plivoMessages = Format{
	Name: "plivo-messages", Provider: "plivo", Title: "Plivo messages (API pages, console export)", Shape: "JSON or CSV",
	Columns: []string{"message_uuid", "to_number", "message_state", "message_time"},
	fields: fields{
		roleID: "message_uuid", roleTo: "to_number", roleFrom: "from_number", roleNetwork: "destination_network",
		roleCountry: "destination_country_iso2", roleStatus: "message_state", roleCode: "error_code",
		roleSubmitted: "message_time", roleAt: "message_updated_time", roleDirection: "message_direction", roleChannel: "message_type",
	},
	words: plivoWords,
	finish: func(p *rows, r *Record) error {
		if r.State == Delivered {
			r.Done = r.At
		}
		return finishPlivo(p, r)
	},
}

// plivoCallback is the status callback as somebody logged it. It has no time.
var plivoCallback = Format{
	Name: "plivo-callback", Provider: "plivo", Title: "Plivo status callbacks", Shape: "form, JSON or CSV", Events: true,
	Columns: []string{request("MessageUUID"), request("To"), request("Status"), request("ParentMessageUUID|PartInfo|Units|ErrorCode|TotalRate")},
	fields: fields{
		roleID: request("messageuuid"), roleTo: request("to"), roleFrom: request("from"), roleMCC: request("mcc"), roleMNC: request("mnc"),
		roleStatus: request("status"), roleCode: request("errorcode"),
		roleLineTime: loggedAt,
	},
	words: plivoWords,
	finish: func(p *rows, r *Record) error {
		if r.State == Delivered {
			r.Done = r.Seen
		}
		return finishPlivo(p, r)
	},
}

func finishPlivo(p *rows, r *Record) error {
	if sameName(r.Status, "received") {
		return errSkip
	}
	if isZero(r.Code) {
		r.Code = nil
	}
	return nil
}
