"""What a support desk exchanges with the people it helps.

From outside: `kits` (plan and addresses, signed), `kit_login` and `invitations` (kits for one
person), `desk_keys` (to seal captures for the desk) and `support_bundle`.
"""
