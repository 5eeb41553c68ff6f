package deliverylog

// bandwidthCallback are the status callbacks, arrays of one event, and the 2FA
// product's own, which have no recipient. For long codes message-delivered says
// only that the carrier took it.
// https://dev.bandwidth.com/docs/messaging/webhooks/
var bandwidthCallback = Format{
	Name: "bandwidth-callback", Provider: "bandwidth", Title: "Bandwidth status callbacks", Shape: "JSON", Events: true,
	Columns: []string{"type", "time", "message.id"},
	fields: fields{
		roleID: "message.id", roleTo: "to|message.to", roleFrom: "message.from", roleNetwork: "carriername", roleStatus: "type", roleCode: "errorcode",
		roleText: "description", roleSubmitted: "message.time", roleAt: "time", roleDirection: "message.direction",
	},
	words: words{
		"messagesending": {Passing, rankSending}, "messagesent": passing, "messagedelivered": delivered, "messageread": delivered, "messagefailed": failed,
	},
	utc: true,
	finish: func(p *rows, r *Record) error {
		if sameName(r.Status, "messagereceived") {
			return errSkip
		}
		if r.State == Delivered {
			r.Done = r.At
		}
		return finishBandwidth(p, r)
	},
}

// bandwidthMessages is the list of messages. It has no delivery time; the two
// latencies, in whole seconds, are there for some accounts only.
// https://dev.bandwidth.com/docs/messaging/getMessage
var bandwidthMessages = Format{
	Name: "bandwidth-messages", Provider: "bandwidth", Title: "Bandwidth messages (API list, export)", Shape: "JSON or CSV",
	Columns: []string{"messageId", "destinationTn", "messageStatus"},
	fields: fields{
		roleID: "messageid", roleTo: "destinationtn", roleFrom: "sourcetn", roleNetwork: "carriername", roleStatus: "messagestatus",
		roleCode: "errorcode", roleSubmitted: "receivetime", roleDirection: "messagedirection", roleChannel: "messagetype",
		roleLatency: "bwlatency", roleExtra: "carrierlatency",
	},
	words: words{
		"accepted": waiting, "received": waiting, "queued": queued, "sending": {Passing, rankSending}, "sent": passing,
		"delivered": delivered, "failed": failed, "undelivered": failed, "dlrexpired": noReceipt,
	},
	utc: true,
	finish: func(p *rows, r *Record) error {
		own, ok := wholeMillis(p.text(roleLatency))
		carrier, too := wholeMillis(p.text(roleExtra))
		if r.State == Delivered && ok && too && r.Submitted.Known() {
			r.Done = r.Submitted + Time(1000*(own+carrier))
		}
		return finishBandwidth(p, r)
	},
}

// finishBandwidth: 9902 says that Bandwidth waited two hours for a receipt, and
// that this "does not mean it was not received".
// https://dev.bandwidth.com/docs/messaging/errors/
func finishBandwidth(p *rows, r *Record) error {
	if isZero(r.Code) {
		r.Code = nil
	}
	if string(r.Code) == "9902" || r.State == Failed && sameName(p.text(roleText), "deliveryreceiptexpired") {
		r.State = NoReceipt
	}
	return nil
}
