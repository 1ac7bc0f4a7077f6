"""What each refusal says, by its code, in English; the catalogue has the French."""

from collections.abc import Mapping
from typing import Final

from api.i18n import N_

#: code: (what happened, what would help). Facts stand in braces.
SENTENCES: Final[Mapping[str, tuple[str, str]]] = {
    "sign_in_required": (N_("This page needs an account"), N_("Sign in and you will come back here.")),
    "wrong_credentials": (
        N_("This address and this password do not go together"),
        N_("Tries left: {left}. Then sign-in waits ten minutes."),
    ),
    "too_many_tries": (
        N_("Too many tries"),
        N_("Sign-in waits {minutes} minutes. Nothing is lost; ask an administrator if it is urgent."),
    ),
    "csrf_failed": (
        N_("This request did not come from the page you had open"),
        N_("Reload the page and try again. What you typed stays in the form when you go back."),
    ),
    "invitation_invalid": (
        N_("This link has been used or is too old"),
        N_("Ask an administrator for a new one."),
    ),
    "password_weak": (
        N_("This password is too short or too long"),
        N_("Take {least} to {most} characters. A short sentence is a good password."),
    ),
    "not_found": (N_("This page is not in force"), N_("The link may be old, or mistyped. Search the handbook.")),
    "unknown_address": (
        N_("There is nothing at this address"),
        N_("Look it up in the reference: /api/schema/openapi.json."),
    ),
    "not_admin": (N_("This page is for administrators"), N_("Ask an administrator to do it for you.")),
    "invalid_request": (N_("Something in the form is missing or malformed"), N_("Correct: {fields}.")),
    "file_too_large": (
        N_("The file is too large"),
        N_("It has {size}; the limit is {limit}. Send less at once."),
    ),
    "people_file_invalid": (
        N_("The file has lines that cannot be read; nobody was added"),
        N_("Correct these lines and send the file again: {rows}."),
    ),
    "duplicate_email": (N_("Somebody has this address already"), N_("{email} is taken. Use another address.")),
    "last_admin": (
        N_("This would leave nobody to administer Charte"),
        N_("Name another administrator first."),
    ),
    "seal_key_missing": (
        N_("The key that seals publications is missing"),
        N_("Nothing was published. Ask an administrator to put it back, or to make another with: charte keys new"),
    ),
    "no_evidence": (
        N_("There is no sealed evidence of this version"),
        N_("Only published versions have it. For one from before there were seals, run: charte evidence seal"),
    ),
    "fault": (
        N_("Something failed on our side"),
        N_("Nothing was stored. Try again; if it happens again, give an administrator the number {fault}."),
    ),
    "storage_full": (
        N_("The server has no room left to store anything"),
        N_("Nothing you see here is lost: keep this page open. Tell an administrator that the disk is full."),
    ),
    "storage_away": (
        N_("The database does not answer"),
        N_("Nothing you see here is lost: keep this page open. It is sent as soon as the database is back."),
    ),
    "method_not_allowed": (
        N_("This address does not take such a request"),
        N_("Go back and use the buttons of the page."),
    ),
    "request_too_large": (N_("This is too much at once"), N_("A request has at most 25 MB. Send less.")),
    "http_error": (N_("The request cannot be answered"), N_("Go back and try again.")),
    "unknown_guideline": (N_("There is no such guideline"), N_("Look for it in the list of guidelines.")),
    "unknown_version": (N_("There is no such version"), N_("Open the guideline to see its versions.")),
    "unknown_section": (
        N_("There is no such section"),
        N_("The version has never had a section {section}. Its sections are in its hashes."),
    ),
    "unknown_thread": (N_("There is no such thread"), N_("Reload the page: it may have moved on.")),
    "unknown_person": (N_("There is no such person"), N_("Look for them in the list of people.")),
    "duplicate_slug": (N_("Another guideline has this address"), N_("{slug} is taken. Choose another address.")),
    "invalid_field": (N_("A field cannot be kept as it is"), N_("Correct {field}: {problem}.")),
    "step_invalid": (N_("A change could not be applied"), N_("Reload the text. Reason: {reason}.")),
    "version_gone": (N_("This page is too far behind the text"), N_("Reload it; what you had not sent is kept.")),
    "ref_taken": (
        N_("You have sent other changes under this name"),
        N_("Nothing was stored. Send these under another name than {ref}: a name stands for one commit."),
    ),
    "document_full": (
        N_("The text has reached its limit"),
        N_("It would have {size}; the limit is {limit}. Divide it into two guidelines."),
    ),
    "version_frozen": (
        N_("This text stands still"),
        N_("It is in review or published. Ask for changes, or start a new draft."),
    ),
    "not_a_suggestion": (N_("This cannot be suggested"), N_("Nothing was stored. Say it in a comment.")),
    "document_changed": (
        N_("This setting of the whole text cannot be suggested"),
        N_("Nothing was stored. Say it in a comment; editors change it in a draft."),
    ),
    "base_changed": (
        N_("This would change the text itself, not suggest a change"),
        N_("Nothing was stored. Suggest it in smaller parts, or say it in a comment."),
    ),
    "other_suggestion_changed": (
        N_("This would change somebody else's suggestion"),
        N_("Nothing was stored. Make a suggestion of your own beside it, or answer theirs."),
    ),
    "other_suggestion_forged": (
        N_("This would put words into somebody else's suggestion"),
        N_("Nothing was stored. Reload the text and suggest it in your own name."),
    ),
    "suggestion_malformed": (
        N_("This suggestion could not be taken back"),
        N_("Nothing was stored. Reload the text and try again."),
    ),
    "row_spanned": (
        N_("A single row cannot be suggested here"),
        N_("A cell of this table reaches over several rows. Suggest a new table, or say it in a comment."),
    ),
    "suggestion_left": (
        N_("This edit would leave a suggestion behind"),
        N_("Nothing was stored. Reload the text and try again."),
    ),
    "suggestion_foreign": (
        N_("A suggestion is made in one's own name only"),
        N_("Nothing was stored. Reload the text and suggest it again."),
    ),
    "conflict": (
        N_("Others have changed the text at this place meanwhile"),
        N_("Nothing was stored. Look at the text as it stands and make the change again."),
    ),
    "suggestion_closed": (
        N_("This suggestion is no longer open"),
        N_("Somebody has decided on it, or it was taken back. Reload the page to see it."),
    ),
    "suggestion_changed": (
        N_("The suggestion is no longer the one you had before you"),
        N_("Nothing was decided. Read it as it stands, then decide."),
    ),
    "suggestions_open": (
        N_("There are open suggestions in this text"),
        N_("Decide on them first ({count}): they would be lost."),
    ),
    "own_suggestion": (
        N_("Nobody accepts their own suggestion in a review"),
        N_("Somebody else of the team that owns the text decides. You can take it back."),
    ),
    "suggestion_open": (
        N_("A section with an open suggestion is not signed"),
        N_("It can be signed once the suggestion is accepted, rejected or taken back."),
    ),
    "suggest_only": (
        N_("Every change is a suggestion now"),
        N_("The text is in review. The team that owns it decides on what you suggest."),
    ),
    "wrong_state": (N_("This cannot be done from here"), N_("The version has moved on. Reload the page.")),
    "published_immutable": (
        N_("A published text is never changed"),
        N_("Start a new draft: it begins with the same words."),
    ),
    "not_permitted": (
        N_("This is not among your rights"),
        N_("Ask an editor or publisher of the team that owns the text, or an administrator."),
    ),
    "self_approval": (
        N_("Nobody signs what they wrote"),
        N_("You wrote in: {named}. A colleague of your team signs there."),
    ),
    "not_your_slot": (
        N_("You do not sign for this team here"),
        N_("You may sign once per section, for a team in which you review."),
    ),
    "unmet": (N_("Something is still missing"), N_("Reload the page to see what.")),
    "signoffs_missing": (
        N_("Something is still outstanding"),
        N_("Nothing was published. What is missing is listed beside the text."),
    ),
    "content_changed": (
        N_("The text is no longer the one you had before you"),
        N_("Your sign-off was not taken. Read what changed, then sign the words that stand now."),
    ),
    "other_edition": (
        N_("These are not the words of this version"),
        N_("Nothing was confirmed. Reload the page, read the text, then confirm it."),
    ),
    "own_objection": (
        N_("You object to this text"),
        N_("Nothing was signed. Take your objection back first, then sign off."),
    ),
    "already_signed": (N_("This decision stands already"), N_("Nothing was changed. Reload the page to see it.")),
    "stage_closed": (N_("An earlier stage is not complete"), N_("Your turn comes when it is.")),
    "base_moved": (
        N_("Another version came into force meanwhile"),
        N_("This draft was begun from an older one than {number}. Bring its words over first."),
    ),
    "nothing_changed": (
        N_("The text is word for word the one in force"),
        N_("Change something before submitting it, or give the draft up."),
    ),
    "place_stands": (
        N_("This text has been published: its address, language, team and shelf stay"),
        N_("Nothing was changed. The title and what goes with it change in a new draft."),
    ),
    "draft_open": (N_("A version is in preparation already"), N_("Open it and write there: one at a time.")),
    "class_too_low": (
        N_("This change is more than that"),
        N_("People may agree on one step below what the rules propose, not on two. State a higher class."),
    ),
    "nothing_stated": (
        N_("No class is stated of the text as it stands"),
        N_("An edit ends what was stated before. The team that owns the text states the class again."),
    ),
    "wrote_the_change": (
        N_("You wrote in what changed, or stated its class yourself"),
        N_("Somebody else of your team can agree to the class or contest it."),
    ),
    "number_too_low": (
        N_("A change of substance takes a new main number"),
        N_("Publish it under that number, or let both sides agree on a lesser class first."),
    ),
    "remark_missing": (N_("A reason in words is needed"), N_("Write it in at most {limit} characters.")),
    "superseded": (
        N_("This version is no longer in force"),
        N_("Nothing was confirmed. In force now: {number}."),
    ),
    "policy_invalid": (N_("The approval policy cannot be used"), N_("In {name} at {place}: {problem}.")),
    "unknown_edition": (
        N_("This policy has no version of this number"),
        N_("Look at its history on the page of the policy “{name}”."),
    ),
    "policy_open": (
        N_("A change of this policy is under way already"),
        N_("Version {number} waits. Once it is decided or taken back, propose the next."),
    ),
    "policy_unchanged": (
        N_("This changes nothing"),
        N_("“{name}” says the same already. Change something, or leave it as it is."),
    ),
    "policy_moved": (
        N_("Another version came into force since this one was proposed"),
        N_("Take the proposal back and propose it again on what is in force now."),
    ),
    "policy_unfit": (
        N_("Among the people of now this policy can no longer be met"),
        N_("Somebody left or changed teams since it was checked. Add people, or refuse it and ask for less."),
    ),
    "edition_decided": (
        N_("This version does not wait for a decision"),
        N_("Reload the page: it says what became of it, and by whom."),
    ),
    "own_proposal": (
        N_("Nobody agrees to what they proposed themselves"),
        N_("Somebody else of the other side decides."),
    ),
    "unknown_policy": (N_("There is no policy {name}"), N_("Known are: {known}.")),
    "file_empty": (N_("The file is empty"), N_("Choose a file with a text in it.")),
    "not_text": (N_("This file cannot be read as text"), N_("Save it as UTF-8 and send it again.")),
    "wrong_type": (
        N_("The file is not what its name says"),
        N_("It looks like {found}. Send a Markdown or JSON file."),
    ),
    "unknown_format": (N_("There is no format {format}"), N_("Known are: {known}.")),
    "document_too_complex": (
        N_("The document has too many blocks"),
        N_("It has {size}; the limit is {limit}. Divide it."),
    ),
    "too_deep": (
        N_("The lists or quotations stand too deep in each other"),
        N_("They have at least {size} levels; the limit is {limit}. Bring the deepest up."),
    ),
    "document_invalid": (N_("The document breaks a rule of its schema"), N_("Reason: {reason}.")),
}

#: The same said to a program, where what helps a reader of pages would not help it.
TO_PROGRAMS: Final[Mapping[str, tuple[str, str]]] = {
    "not_found": (N_("There is no such thing, or you may not know of it"), N_("Look at the list that it would be in.")),
    "method_not_allowed": (
        N_("This address does not take such a request"),
        N_("The reference says what it takes: /api/schema/openapi.json."),
    ),
    "http_error": (
        N_("The request cannot be answered"),
        N_("The reference says what can be asked: /api/schema/openapi.json."),
    ),
    "other_edition": (
        N_("These are not the words of this version"),
        N_("Nothing was confirmed. Read the version, then confirm with its hash: {now}."),
    ),
}

FALLBACK: Final = (N_("This cannot be done"), N_("Reload the page and try again."))
