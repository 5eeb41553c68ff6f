package deliverylog

// https://developers.telnyx.com/docs/messaging/messages/receiving-webhooks
var telnyxWords = words{
	"queued": queued, "sending": {Passing, rankSending}, "sent": passing, "delivered": delivered,
	"sendingfailed": failed, "deliveryfailed": failed, "expired": failed, "deliveryunconfirmed": noReceipt,
}

// telnyxWebhook are the webhooks of outbound messages. A group message has
// several recipients; carrier is the number's own, after porting. valid_until
// lies ahead and is no time of the log.
var telnyxWebhook = Format{
	Name: "telnyx-webhook", Provider: "telnyx", Title: "Telnyx message webhooks", Shape: "JSON", Events: true,
	Columns: []string{"data.event_type", "data.payload.id", "data.payload.to"},
	each:    []string{"data.payload.to"},
	fields: fields{
		roleID: "data.payload.id", roleTo: ".phone_number", roleFrom: "data.payload.from.phone_number|data.payload.from", roleNetwork: ".carrier",
		roleStatus: ".status", roleCode: "data.payload.errors.0.code", roleSubmitted: "data.payload.received_at",
		roleDone: "data.payload.completed_at", roleAt: "data.occurred_at", roleDirection: "data.payload.direction", roleChannel: "data.payload.type",
	},
	words: telnyxWords, utc: true, finish: finishTelnyx,
}

// telnyxMessage is what GET /v2/messages/{id} answers: a webhook's payload.
var telnyxMessage = Format{
	Name: "telnyx-message", Provider: "telnyx", Title: "Telnyx messages (API)", Shape: "JSON",
	Columns: []string{"id", "to.0.phone_number", "to.0.status", "direction", "received_at"},
	each:    []string{"to"},
	fields: fields{
		roleID: "id", roleTo: ".phone_number", roleFrom: "from.phone_number|from", roleNetwork: ".carrier", roleStatus: ".status",
		roleCode: "errors.0.code", roleSubmitted: "received_at", roleDone: "completed_at", roleAt: "sent_at", roleDirection: "direction",
		roleChannel: "type",
	},
	words: telnyxWords, utc: true, finish: finishTelnyx,
}

func finishTelnyx(p *rows, r *Record) error {
	if sameName(r.Status, "webhookdelivered") || sameName(r.Status, "received") {
		return errSkip
	}
	if r.State == Delivered {
		r.Code = nil
	}
	return nil
}

// telnyxRecords are detail records, from the API or a portal report with the same
// names. delivery_status is the state of the webhook, not of the message.
// https://developers.telnyx.com/docs/messaging/messages/message-detail-records
var telnyxRecords = Format{
	Name: "telnyx-records", Provider: "telnyx", Title: "Telnyx message detail records", Shape: "JSON or CSV",
	Columns: []string{"uuid", "cld", "status", "created_at"},
	fields: fields{
		roleID: "uuid", roleTo: "cld", roleFrom: "cli", roleNetwork: "carrier", roleCountry: "country_code", roleMCC: "mcc", roleMNC: "mnc",
		roleStatus: "status", roleCode: "errors", roleSubmitted: "created_at", roleDone: "completed_at", roleAt: "updated_at|sent_at",
		roleDirection: "direction", roleChannel: "message_type",
	},
	words: words{
		"delivered": delivered, "failed": failed, "gwreject": failed, "gwtimeout": failed,
		"dlrtimeout": noReceipt, "dlrunconfirmed": noReceipt, "sent": passing, "sending": {Passing, rankSending}, "queued": queued,
	},
	utc: true,
	finish: func(p *rows, r *Record) error {
		r.Code = firstNumber(r.Code) // of a list: ["40008"], 40008;40006
		return finishTelnyx(p, r)
	},
}

// firstNumber gives the first run of digits in a text; all of it where there is none.
func firstNumber(b []byte) []byte {
	for i, c := range b {
		if isDigit(c) {
			n := i
			for n < len(b) && isDigit(b[n]) {
				n++
			}
			return b[i:n]
		}
	}
	if string(b) == "[]" {
		return nil
	}
	return b
}
