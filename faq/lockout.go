package faq

import "strings"

// LockoutFields are what a request for a locked-out administrator needs, all as
// given, empty where it was not.
type LockoutFields struct {
	FirmURL    string
	AdminName  string
	AdminEmail string
	Number     string // the administrator's mobile number
	Provider   string // and mobile network provider
	Consent    string // who agreed for the firm, when and how; empty: no consent
}

// LockoutForm holds the texts of the request.
type LockoutForm struct {
	Subject        string `yaml:"subject"`         // with consent
	SubjectMissing string `yaml:"subject_missing"` // without
	First          string `yaml:"first"`           // first line, with consent
	FirstMissing   string `yaml:"first_missing"`
	Intro          string `yaml:"intro"`
	Lines          []struct {
		ID    string `yaml:"id"` // firm_url, admin_name, admin_email, number, provider, consent
		Label string `yaml:"label"`
		Ask   string `yaml:"ask"` // to be read aloud
	} `yaml:"lines"`
	MissingWord string   `yaml:"missing_word"` // stands in an empty field
	AlsoMissing string   `yaml:"also_missing"` // joins the first line where more than the consent is not there; {missing}
	Closing     string   `yaml:"closing"`
	After       string   `yaml:"after"`  // what the administrator does once in
	Before      []string `yaml:"before"` // what to try before sending it
}

// LockoutText is the finished request.
type LockoutText struct {
	Subject  string
	First    string // its first line: whether the receiver may act on it
	Intro    string
	Fields   []LockoutField
	Closing  string
	After    string
	Before   []string
	Missing  []string // labels of what is not there, in order
	Complete bool
}

// LockoutField is one line of the request.
type LockoutField struct {
	ID, Label, Value string
	Ask              string // how to ask for it
	Missing          bool   // Value then is the word for missing
}

// Lockout puts a request together. What was not given is said to be missing in
// the field, in Missing and, for the consent, in subject and first line:
// nobody may switch off an administrator's second factor on silence. A bare yes,
// no or don't know is no consent: it says neither who, nor when, nor how.
func (s *Set) Lockout(f LockoutFields) LockoutText {
	form := s.LockoutIn
	if answerWord(oneLine(f.Consent)) != "" {
		f.Consent = ""
	}
	values := map[string]string{"firm_url": f.FirmURL, "admin_name": f.AdminName, "admin_email": f.AdminEmail,
		"number": f.Number, "provider": f.Provider, "consent": f.Consent}
	text := LockoutText{Before: form.Before, Complete: true}
	for _, l := range form.Lines {
		field := LockoutField{ID: l.ID, Label: l.Label, Ask: s.Fill(l.Ask, values), Value: oneLine(values[l.ID])}
		if field.Value == "" {
			field.Value, field.Missing = form.MissingWord, true
			text.Missing = append(text.Missing, l.Label)
			text.Complete = false
		}
		text.Fields = append(text.Fields, field)
	}
	subject, first := form.Subject, form.First
	if oneLine(f.Consent) == "" {
		subject, first = form.SubjectMissing, form.FirstMissing
	}
	text.Subject = s.Fill(subject, values)
	text.First = s.Fill(first, values)
	var others []string
	for _, field := range text.Fields {
		if field.Missing && field.ID != "consent" {
			others = append(others, field.Label)
		}
	}
	if len(others) > 0 {
		text.First += " " + s.Fill(form.AlsoMissing, map[string]string{"missing": strings.Join(others, ", ")})
	}
	text.Intro = s.Fill(form.Intro, values)
	text.Closing = s.Fill(form.Closing, values)
	text.After = s.Fill(form.After, values)
	return text
}
