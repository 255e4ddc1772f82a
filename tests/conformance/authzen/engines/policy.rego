# What the other decision point decides in the tests of `policy.engine`. It differs from Modelward's own policies on purpose:
# who holds the role `viewer` may also make projects.
package modelward

default allow := false

roles := input.subject.properties.roles

administration := ["account.", "group.", "project.", "role.", "token.", "audit.", "policy."]

allow if {
	some role in ["platform-admin", "security-admin", "auditor"]
	role in roles
	some prefix in administration
	startswith(input.action.name, prefix)
}

allow if {
	"viewer" in roles
	input.action.name == "project.create"
}

# Everybody's own tokens.
allow if {
	startswith(input.action.name, "token.")
	input.resource.id == input.subject.id
}
