package deliverylog

// Places in Vonage's order: a message that was delivered stays so, whatever else
// comes; of the rest the final words count more.
const (
	vonageUnknown   = rankFinal
	vonageFailed    = rankFinal + 1
	vonageDelivered = rankFinal + 2
)

// https://developer.vonage.com/en/messaging/sms/guides/delivery-receipts
var vonageWords = words{
	"accepted": waiting, "buffered": {Passing, rankQueued}, "submitted": passing,
	"delivered": {Delivered, vonageDelivered}, "read": {Delivered, vonageDelivered},
	"expired": {Failed, vonageFailed}, "failed": {Failed, vonageFailed}, "rejected": {Failed, vonageFailed}, "undeliverable": {Failed, vonageFailed},
	"unknown": {NoReceipt, vonageUnknown},
}

// vonageDLR is the delivery receipt webhook of the SMS API: JSON, form body or
// query string. Its recipient is msisdn, its "to" is the sender. It does not say
// when the message was sent, so that there is no delay: the first receipt's time
// only stands for when the message was there. scts is the carrier's local time.
var vonageDLR = Format{
	Name: "vonage-dlr", Provider: "vonage", Title: "Vonage SMS delivery receipts", Shape: "JSON, query or CSV", Events: true,
	Columns: []string{"msisdn", "messageId|message-id", "status", "err-code|network-code|scts"},
	fields: fields{
		roleID: "messageid", roleTo: "msisdn", roleFrom: "to", roleMCCMNC: "networkcode", roleStatus: "status", roleCode: "errcode",
		roleAt: "messagetimestamp",
	},
	words: vonageWords, utc: true,
	finish: func(p *rows, r *Record) error {
		r.Seen = r.At
		if isZero(r.Code) {
			r.Code = nil
		}
		return nil
	},
}

// vonageReports are the records of the Reports API, as JSON pages or the CSV of
// the asynchronous kind and the dashboard. latency, in milliseconds, is finer
// than the difference of the two times.
// https://github.com/Nexmo/api-specification/blob/master/definitions/reports.yml
var vonageReports = Format{
	Name: "vonage-reports", Provider: "vonage", Title: "Vonage Reports API records (SMS)", Shape: "JSON or CSV",
	Columns: []string{"message_id", "to", "status", "date_received", "date_finalized|network|network_name"},
	fields: fields{
		roleID: "message_id", roleTo: "to", roleFrom: "from", roleNetwork: "network_name", roleMCCMNC: "network", roleCountry: "country",
		roleStatus: "status", roleCode: "error_code", roleSubmitted: "date_received", roleAt: "date_finalized", roleLatency: "latency",
		roleDirection: "direction",
	},
	words: vonageWords, utc: true,
	finish: func(p *rows, r *Record) error {
		if r.State == Delivered {
			r.Done = r.At
			if ms, ok := wholeMillis(p.text(roleLatency)); ok && r.Submitted.Known() {
				r.Done = r.Submitted + Time(ms)
			}
		}
		if isZero(r.Code) {
			r.Code = nil
		}
		return nil
	},
}

// vonageMessages are the status webhooks of the Messages API. The older error
// object has code and reason, the newer one its number in the title or at the
// end of its type.
// https://developer.vonage.com/en/messages/concepts/messages-status-callbacks
var vonageMessages = Format{
	Name: "vonage-messages", Provider: "vonage", Title: "Vonage Messages API status webhooks", Shape: "JSON", Events: true,
	Columns: []string{"message_uuid", "to", "status", "timestamp", "from|channel|usage|destination"},
	fields: fields{
		roleID: "message_uuid", roleTo: "to|to.number", roleFrom: "from|from.number", roleMCCMNC: "destination.network_code",
		roleStatus: "status", roleCode: "error.code|error.title", roleText: "error.type", roleAt: "timestamp", roleChannel: "channel|to.type",
	},
	words: vonageWords, utc: true,
	finish: func(p *rows, r *Record) error {
		r.Seen = r.At
		switch r.State {
		case Delivered:
			r.Done = r.At
		case Passing, Waiting:
			r.Submitted = r.At
		}
		if len(r.Code) > 0 && digits(r.Code) < 0 {
			if n := lastNumber(p.text(roleText)); len(n) > 0 {
				r.Code = n
			}
		}
		if isZero(r.Code) {
			r.Code = nil
		}
		return nil
	},
}

// lastNumber gives the digits at the end of a text, such as …/errors#1330.
func lastNumber(b []byte) []byte {
	i := len(b)
	for i > 0 && isDigit(b[i-1]) {
		i--
	}
	return b[i:]
}
