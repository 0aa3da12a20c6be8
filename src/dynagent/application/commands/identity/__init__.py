"""Commands of identity: signing in and out, the first setup, people, keys of programs, tickets."""

from dynagent.application.commands.identity.access_keys import (
    Authenticate,
    CreateAccessKey,
    IssueStreamTicket,
    NewAccessKey,
    NewTicket,
    RevokeAccessKey,
)
from dynagent.application.commands.identity.incidents import ReportIncident
from dynagent.application.commands.identity.password_links import IssuePasswordLink, NewPasswordLink, UsePasswordLink
from dynagent.application.commands.identity.people import CreateUser, SetUserDisabled, SetUserRole, UpdateProfile
from dynagent.application.commands.identity.sessions import Device, Rules, SignedIn
from dynagent.application.commands.identity.setup import CompleteSetup, PrepareSetup
from dynagent.application.commands.identity.sign_in import LogIn, RefreshSession, Register
from dynagent.application.commands.identity.sign_out import ChangePassword, EndSession, LogOut, LogOutEverywhere
