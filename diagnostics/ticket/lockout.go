package ticket

import (
	"time"

	"cli.otpdoctor/faq"
)

// Request is the finished request to switch off a locked-out administrator's
// second factor. Without consent it says so in its subject and first line.
type Request struct {
	faq.LockoutText
	Given     faq.LockoutFields // as given
	CreatedAt time.Time         // UTC
}

// Lockout puts a request together with the texts of the FAQ; nil is the built-in one.
func Lockout(set *faq.Set, fields faq.LockoutFields, createdAt time.Time) Request {
	if set == nil {
		set = faq.Builtin()
	}
	return Request{LockoutText: set.Lockout(fields), Given: fields, CreatedAt: createdAt.UTC().Truncate(time.Second)}
}
