from itertools import islice

from werkzeug.exceptions import HTTPException, MethodNotAllowed

from odoo import api, models
from odoo.http import request

from ..controllers import repetition
from ..controllers.dispatcher import MobileDispatcher, is_mobile_path
from ..tools.problems import Problem
from ..tools.secret import token_hash

# How many languages of an Accept-Language header are looked at.
MAX_LANGUAGES = 10


class IrHttp(models.AbstractModel):
    _inherit = 'ir.http'

    @classmethod
    def _match(cls, path_info):
        if not is_mobile_path(path_info):
            return super()._match(path_info)
        # All that goes wrong below this path is told as a problem document, also before a route is found. There is
        # no language in these paths and no web page to fall back to, so http_routing has nothing to rewrite.
        request.dispatcher = MobileDispatcher(request)
        request.is_frontend = request.is_frontend_multilang = False
        request.mobile_lang = cls._mobile_lang()
        # Without any language Odoo would read the user, their company and its partner for one, at each request.
        request.update_context(lang=request.mobile_lang or 'en_US')
        try:
            if request.httprequest.method == 'OPTIONS':
                cls._refuse_options(path_info)
            return super()._match(path_info)
        except HTTPException as exc:
            # Written here and now, while there is an environment to translate with.
            problem = Problem('not_found') if exc.code == 404 else exc
            problem.error_response = request.dispatcher.handle_error(problem)
            raise problem from exc

    @classmethod
    def _refuse_options(cls, path_info):
        """Raise 405: Odoo adds OPTIONS to each route for CORS, which this API does not offer."""
        adapter = request.env['ir.http'].routing_map().bind_to_environ(request.httprequest.environ)
        if verbs := adapter.allowed_methods(path_info):
            raise MethodNotAllowed(verbs)

    @classmethod
    def _mobile_lang(cls):
        """Return the code of the installed language that ``Accept-Language`` likes best, or None."""
        Device = request.env['mobile.device']
        tags = request.httprequest.accept_languages.values()
        return next(filter(None, map(Device._nearest_lang, islice(tags, MAX_LANGUAGES))), None)

    @classmethod
    def _authenticate_explicit(cls, auth):
        if auth not in ('mobile', 'mobile_device', 'mobile_app', 'mobile_till'):
            return super()._authenticate_explicit(auth)
        # Odoo answers 401 to whatever goes wrong in here. A phone would throw its tokens away because the database
        # was gone for a moment; so it hears what is true. A session in a cookie counts for nothing.
        try:
            getattr(cls, f'_auth_method_{auth}')()
        except Problem as problem:
            # Whoever is not let in is known by address alone.
            request.dispatcher.take_limits(('ip',))
            if not cls._recognize_ended_token():
                raise
            request.mobile_refusal = problem

    @classmethod
    def _recognize_ended_token(cls):
        """Tell whether the caller's token was ended by a request which they may repeat, to read its answer.

        They may nothing else: the dispatcher knows the answer, or raises ``request.mobile_refusal``.
        """
        token = request.httprequest.headers.get(repetition.HEADER) and repetition.access_token(request)
        caller = token and request.env['mobile.idempotency'].sudo()._find_caller(token_hash(token))
        if not caller:
            return False
        request.mobile_app_id, company_id, *request.mobile_ended_session = caller
        cls._become(None, company_id, None)
        return True

    @classmethod
    def _auth_method_mobile_app(cls):
        """The app names itself: ``X-App-Id`` is the client id of a running ``mobile.app``."""
        app = request.env['mobile.app'].sudo()._find(request.httprequest.headers.get('X-App-Id', ''))
        if not app:
            raise Problem('app_unknown')
        cls._become(None, app.company_id.id, None)
        request.mobile_app_id = app.id

    @classmethod
    def _auth_method_mobile_device(cls):
        """A device by its access token; the request runs as its customer, or as the public user before sign-in."""
        caller = request.env['mobile.token']._authenticate(cls._bearer_token())
        cls._become(caller.user_id, caller.company_id, caller.lang)
        request.mobile_caller = caller

    @classmethod
    def _auth_method_mobile(cls):
        """A device whose customer has signed in."""
        cls._auth_method_mobile_device()
        if not request.mobile_caller.user_id:
            raise Problem('sign_in_required')

    @classmethod
    def _auth_method_mobile_till(cls):
        """A till by its token; the request runs as the public user, for no customer is at hand."""
        till = request.env['mobile.token']._authenticate_till(cls._bearer_token())
        cls._become(None, till.company_id, None)
        request.mobile_app_id = till.app_id

    @classmethod
    def _bearer_token(cls):
        """Return the token in the header ``Authorization``."""
        token = repetition.access_token(request)
        if token is None:
            raise Problem('unauthenticated')
        return token

    @classmethod
    def _become(cls, user_id, company_id, lang):
        """Run the rest of the request as this user, whatever a session cookie says."""
        lang = request.mobile_lang or lang or request.env['mobile.device']._company_lang(company_id)
        context = {'lang': lang}
        if user_id:
            context['allowed_company_ids'] = [company_id]
        request.session.can_save = False
        user_id = user_id or request.env['ir.model.data']._xmlid_to_res_id('base.public_user')
        request.env = api.Environment(request.env.cr, user_id, context)
        request.env.transaction.default_env = request.env
