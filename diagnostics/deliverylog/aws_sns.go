package deliverylog

import (
	"fmt"
)

// awsSNS is the delivery status log that Amazon SNS writes to CloudWatch Logs,
// as plain lines, in the pages of filter-log-events, in subscription payloads
// and in Logs Insights downloads. One record a message.
// https://docs.aws.amazon.com/sns/latest/dg/sms_stats_cloudwatch.html
var awsSNS = Format{
	Name: "aws-sns", Provider: "aws", Title: "Amazon SNS delivery status log (CloudWatch Logs)", Shape: "JSON or CSV",
	Columns: []string{"notification.messageId", "notification.timestamp", "delivery.destination", "delivery.providerResponse", "status"},
	Warnings: []string{
		"SNS may log only a sample of the successes (success sample rate), but always all failures: the delivery rate may be too low",
		awsLate,
	},
	fields: fields{
		roleID: "notification.messageId", roleSubmitted: "notification.timestamp", roleTo: "delivery.destination",
		roleNetwork: "delivery.phoneCarrier", roleMCC: "delivery.mcc", roleMNC: "delivery.mnc",
		roleText: "delivery.providerResponse", roleStatus: "status",
		roleLatency: "delivery.dwellTimeMsUntilDeviceAck",
	},
	words: words{
		"success": {NoReceipt, rankFinal + 1},
		"failure": {Failed, rankFinal}, // success wins, should both ever come
	},
	utc:     true,
	flat:    true,
	alike:   true,
	finish:  finishSNS,
	measure: measureSNS,
}

// The two grades of success differ by one word: a handset receipt, and the
// carrier's. dwellTimeMsUntilDeviceAck is also in records of the second and in
// failures, so it is a latency only with the first.
func finishSNS(p *rows, r *Record) error {
	text := p.text(roleText)
	r.Code = text
	if zeroCode(p.text(roleMCC)) {
		r.MCCMNC = nil
	}
	if r.State != NoReceipt {
		return nil
	}
	if !acceptedByPhone(text) {
		return nil
	}
	r.State, r.Rank = Delivered, rankFinal+2
	r.Code = nil
	return nil
}

func measureSNS(p *rows, r *Record) error {
	ms := p.text(roleLatency)
	if r.State != Delivered || len(ms) == 0 || !r.Submitted.Known() {
		return nil
	}
	d, ok := wholeMillis(ms)
	if !ok {
		return fmt.Errorf("dwellTimeMsUntilDeviceAck %s is not a number of milliseconds", quote(ms))
	}
	r.Done = r.Submitted + Time(d)
	return nil
}

// acceptedByPhone tells the handset's receipt from the carrier's.
func acceptedByPhone(text []byte) bool {
	return sameName(text, "messagehasbeenacceptedbyphone") || sameName(text, "acceptedbyphone")
}

// acceptedByCarrier tells the carrier's receipt.
func acceptedByCarrier(text []byte) bool {
	return sameName(text, "messagehasbeenacceptedbyphonecarrier") || sameName(text, "acceptedbyphonecarrier")
}

func zeroCode(mcc []byte) bool { return len(mcc) > 0 && isZero(mcc) }

// wholeMillis reads a number of milliseconds, at most some 30 years.
func wholeMillis(b []byte) (ms int64, ok bool) {
	for i, c := range b {
		switch {
		case isDigit(c) && i < 12:
			ms = ms*10 + int64(c-'0')
		case c == '.' && i > 0:
			return ms, digits(b[i+1:]) >= 0
		default:
			return 0, false
		}
	}
	return ms, len(b) > 0
}
