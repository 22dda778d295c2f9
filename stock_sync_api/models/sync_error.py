from odoo import api, fields, models
from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__)

ERROR_CODES = [
    ("product_not_found", "Not found by the API"),
    ("product_mismatch", "Answer about another product"),
    ("invalid_quantity", "Invalid quantity"),
    ("not_managed", "Stock not kept by the API"),
    ("not_in_answer", "Missing from the answer"),
    ("catalogue_lost", "Catalogue empty or another one"),
    ("ambiguous_product", "Ambiguous product"),
    ("unmatched_product", "Unknown product"),
    ("unknown_location", "Unknown location"),
    ("archived_product", "Archived product"),
    ("not_storable", "Inventory not tracked"),
    ("tracked_product", "Tracked by lots or serial numbers"),
    ("kit_product", "Kit"),
    ("count_in_progress", "Count in progress"),
    ("below_reserved", "Below the reserved quantity"),
    ("move_in_progress", "Move in progress"),
    ("stale_level", "Outdated answer"),
    ("apply_failed", "Adjustment refused by Odoo"),
]

# What happened and what to do, for a person: more of what ``sync.error`` has, and other
# words for some of it.
SENTENCES = {
    "not_configured": _lt(
        "The stock API is not set up completely. Ask an inventory manager to fill in"
        " Inventory › Configuration › Stock synchronisation."
    ),
    "not_configured.no_address": _lt(
        "The backend %(backend)s has no address. Ask an inventory manager to fill in"
        " its base URL in Inventory › Configuration › Stock synchronisation."
    ),
    "not_configured.no_location": _lt(
        "The backend %(backend)s has no location, so it is not clear which stock to"
        " set. Ask an inventory manager to choose one in Inventory › Configuration ›"
        " Stock synchronisation."
    ),
    "not_configured.no_secret": _lt(
        "The backend %(backend)s has no API key, token or password. Ask an inventory"
        " manager to enter it in Inventory › Configuration › Stock synchronisation."
    ),
    "not_configured.no_secret_parameter": _lt(
        "The header or parameter %(name)s of %(backend)s has no value. Ask an inventory"
        " manager to enter it in Inventory › Configuration › Stock synchronisation."
    ),
    "not_configured.no_token_url": _lt(
        "The backend %(backend)s has no token URL. Ask an inventory manager to enter it"
        " in Inventory › Configuration › Stock synchronisation."
    ),
    "not_configured.no_external_id": _lt(
        "The product has no external ID. Enter the one that %(backend)s knows it by on"
        " the page API Synchronisation of the product."
    ),
    "not_configured.archived": _lt(
        "The backend %(backend)s is archived. Ask an inventory manager to unarchive it"
        " in Inventory › Configuration › Stock synchronisation."
    ),
    "not_configured.paused": _lt(
        "The backend %(backend)s is paused. Ask an inventory manager to resume it in"
        " Inventory › Configuration › Stock synchronisation."
    ),
    "not_configured.archived_location": _lt(
        "The location %(location)s is archived, so %(backend)s cannot set its stock."
        " Ask an inventory manager to choose another in Inventory › Configuration ›"
        " Stock synchronisation, or to unarchive it."
    ),
    "not_configured.changed_held": _lt(
        "%(user)s changed the settings of %(backend)s while this change waited for"
        " approval. It was read by the old settings, so it is not applied any more."
        " The next run goes by the new settings."
    ),
    "access_denied": _lt(
        "%(user)s may not adjust the stock of %(company)s. Ask an administrator for"
        " the role Inventory / User in that company."
    ),
    "timeout.no_time": _lt(
        "%(host)s is slow, and there was no time left to ask about this product. Choose"
        " fewer products, or leave them to the scheduled action."
    ),
    "auth_failed": _lt(
        "%(host)s refused the credentials (HTTP %(status)s). Ask an inventory manager"
        " to check the backend's authentication."
    ),
    "auth_failed.token": _lt(
        "%(host)s gave no access token. Ask an inventory manager to check the backend's"
        " token URL, user name (client ID), secret and scope."
    ),
    "invalid_response.bad_id": _lt(
        "The API's answer names the product by something that is no id. Tell who runs"
        " the API."
    ),
    "invalid_response.bad_id_empty": _lt(
        "The API's answer has a row with an empty external ID. Check where the backend"
        " looks for it, or tell who runs the API."
    ),
    "invalid_response.bad_id_number": _lt(
        "The API's answer names the product by %(id)s, which is no whole number: as an"
        " ID it could mean several. Check where the backend looks for the external ID,"
        " or tell who runs the API."
    ),
    "invalid_response.bad_id_character": _lt(
        "The API's answer names the product by “%(id)s”, in which there is a tab, a"
        " line break or another character that no ID can have (shown as �). Tell who"
        " runs the API."
    ),
    "invalid_response.bad_id_long": _lt(
        "The API's answer names the product by “%(id)s”, which is longer than an ID can"
        " be (256 characters). Check where the backend looks for the external ID, or"
        " tell who runs the API."
    ),
    "invalid_response.bad_location": _lt(
        "The API's answer names a location by something that is no code. Check where"
        " the backend looks for it, or tell who runs the API."
    ),
    "invalid_response.mapping": _lt(
        "No row of the API's answer has a usable “%(name)s”. Test the connection to see"
        " the answer, then correct where the backend looks for the external ID."
    ),
    "invalid_response.contradiction": _lt(
        "The API gave two quantities for %(external_id)s at %(location)s, where it was"
        " to repeat one: %(quantity)s and %(other_quantity)s. Its stock was left alone."
        " Tell who runs the API, or choose another meaning of “Several Rows” in the"
        " backend."
    ),
    "invalid_response.several_rows": _lt(
        "The API gave several quantities for %(external_id)s at %(location)s:"
        " %(quantity)s and %(other_quantity)s. Its stock was left alone. Say in the"
        " backend, under “Several Rows”, whether they add up or are the same number"
        " again."
    ),
    "invalid_response.repeated_row": _lt(
        "The API gave the very same row about %(external_id)s on two pages: it may have"
        " moved, or be a second quantity. Its stock was left alone because the sum is"
        " not certain. The next run reads again; if it stays so, have the API sort its"
        " list."
    ),
    "invalid_response.moved": _lt(
        "Rows of the API's list moved from one page to another while it was read, so"
        " one about this product may have been overlooked. Its stock was left alone;"
        " try again."
    ),
    "product_not_found": _lt(
        "The API does not know the external ID %(external_id)s. Correct it on the"
        " product, or create the product in the other system."
    ),
    "product_not_found.unaskable": _lt(
        "The external ID “%(external_id)s” cannot be part of a request, so the API was"
        " not asked about it. Correct it on the product."
    ),
    "product_not_found.separator": _lt(
        "The external ID %(external_id)s contains “%(separator)s”, which stands between"
        " the IDs of a request: the API would take it for two, so it was not asked."
        " Choose another separator in the backend, or empty it if the API takes the"
        " parameter several times."
    ),
    "product_not_found.none_known": _lt(
        "The API answered that there is nothing (HTTP %(status)s) about"
        " %(external_id)s and all others that it was asked about together. Either it"
        " knows none of them, or the backend's path of the list is wrong."
    ),
    "product_mismatch": _lt(
        "Asked about %(external_id)s, the API answered about %(answered)s. Its answer"
        " was not used. Check the external ID and the backend's item path."
    ),
    "invalid_quantity": _lt(
        "The API gave “%(quantity)s” as quantity, which is not a plain number. Tell"
        " who runs the API."
    ),
    "invalid_quantity.precision": _lt(
        "The API's quantity is %(quantity)s %(unit)s, which has more decimals than Odoo"
        " keeps (%(digits)s), or more digits than it can keep exactly. Nothing was"
        " rounded. Correct it in the other system, choose to round under “Too Many"
        " Decimals” in the backend, or raise the decimal accuracy “Product Unit”."
    ),
    "invalid_quantity.unit": _lt(
        "The API counts in %(api_unit)s, which cannot be converted to %(unit)s. Choose"
        " another unit of measure in the backend or on its product."
    ),
    "invalid_quantity.negative": _lt(
        "The API asks for %(target)s at %(location)s, and a stock below zero is"
        " refused. Correct it in the other system, or choose another rule for negative"
        " quantities in the backend."
    ),
    "not_managed": _lt(
        "The API keeps no stock of this product (it answered null). Nothing to do."
    ),
    "not_in_answer": _lt(
        "The product was missing from the API's answer, so its stock was left alone."
        " Correct its external ID, or add the product in the other system."
    ),
    "not_in_answer.codes": _lt(
        "The API said nothing about %(codes)s, which belongs to the same location; the"
        " stock was left alone because the sum is not known. Correct the backend's"
        " location map, or tell who runs the API."
    ),
    "not_in_answer.location": _lt(
        "The API mentioned the product, but not at %(location)s, where it had stock; it"
        " was left alone there. Correct it in the other system."
    ),
    "not_in_answer.unnamed": _lt(
        "The API's list named no product at %(location)s (%(codes)s), so nothing was"
        " set to zero there: it may not have been asked about this location. Check the"
        " backend's parameters and its location map."
    ),
    "not_in_answer.moved": _lt(
        "The product was missing from the API's answer, but rows of its list moved from"
        " one page to another while it was read, so it may have been overlooked. Its"
        " stock was left alone; the next run asks again."
    ),
    "not_in_answer.incomplete": _lt(
        "The API's answer broke off before its end, and nothing is set to zero on the"
        " strength of half an answer. The next run asks again."
    ),
    "catalogue_lost": _lt(
        "The API's answer is not the catalogue that Odoo knows. Nothing was changed."
    ),
    "catalogue_lost.none": _lt(
        "The API knew %(confirmed)s of the %(total)s products that have an external ID"
        " (%(ours)s, for example): its catalogue is empty, or another one. Nothing was"
        " changed. Check the backend's address, account and parameters, or correct the"
        " external IDs."
    ),
    "catalogue_lost.foreign": _lt(
        "The API knew %(confirmed)s of the %(total)s products that have an external ID."
        " It gives IDs such as “%(theirs)s”, Odoo has “%(ours)s”. Nothing was changed."
        " Correct the external IDs, or check the backend's address, account and"
        " mapping."
    ),
    "catalogue_lost.fall": _lt(
        "The API knew only %(confirmed)s products, and %(expected)s in the last good"
        " run: a fall of more than %(percent)s %%. Nothing was changed. If that is"
        " right, an inventory manager accepts the catalogue in the run; else check the"
        " backend's account and parameters, or tell who runs the API."
    ),
    "ambiguous_product": _lt(
        "Several products answer to %(external_id)s: %(products)s. Link the right one,"
        " or correct their references."
    ),
    "unmatched_product": _lt(
        "No product is known for %(external_id)s. Link one, create one, or ignore it."
    ),
    "unmatched_product.refused": _lt(
        "%(external_id)s could not be linked to its product: %(reason_text)s"
    ),
    "unknown_location": _lt(
        "The API's location “%(location_code)s” is not one of Odoo's. Add it to the"
        " location map of the backend, or mark it as ignored there."
    ),
    "unknown_location.several": _lt(
        "The API has several locations (%(codes)s). Say in the location map of the"
        " backend which of Odoo's locations each of them is; nothing was changed."
    ),
    "unknown_location.changed": _lt(
        "The backend no longer sets the stock of this location. The next run asks"
        " again."
    ),
    "unknown_location.revert": _lt(
        "The backend no longer sets the stock of this location, so it was left alone."
        " Count it by hand, if it is wrong."
    ),
    "archived_product": _lt(
        "The product is archived. Unarchive it, or remove its external ID."
    ),
    "not_storable": _lt(
        "Odoo keeps no inventory of this product. Tick “Track Inventory” on it, or"
        " remove its external ID."
    ),
    "tracked_product": _lt(
        "The product is tracked by lots or serial numbers, and the API gives one"
        " quantity for all. Count it by hand, or remove its external ID."
    ),
    "kit_product": _lt(
        "The product is a kit: its stock is that of its components. Give the external"
        " IDs to the components instead."
    ),
    "count_in_progress": _lt(
        "Someone has typed in a count at %(location)s that is not applied yet. Apply or"
        " clear it in Physical Inventory, then synchronise again."
        " (%(location)s: %(before)s, the API says %(target)s)"
    ),
    "count_in_progress.revert": _lt(
        "Someone has typed in a count at %(location)s that is not applied yet. Apply or"
        " clear it in Physical Inventory, then revert again."
        " (%(location)s: %(before)s → %(target)s)"
    ),
    "below_reserved": _lt(
        "The stock would be %(target)s, but %(reserved)s are reserved for transfers at"
        " %(location)s. Unreserve transfers or correct the other system, then"
        " synchronise again."
    ),
    "below_reserved.revert": _lt(
        "It would be %(target)s again, but %(reserved)s are reserved for transfers at"
        " %(location)s. Unreserve transfers, then revert again."
    ),
    "move_in_progress": _lt(
        "A transfer at %(location)s is picked but not validated, and the API may have"
        " counted it already. Validate it, then synchronise again."
        " (%(location)s: %(before)s, the API says %(target)s)"
    ),
    "move_in_progress.revert": _lt(
        "A transfer at %(location)s is picked but not validated. Validate it, then"
        " revert again. (%(location)s: %(before)s → %(target)s)"
    ),
    "stale_level": _lt(
        "The API's answer (of %(date)s UTC) is older than the one accepted last. It was"
        " not used."
    ),
    "stale_level.moved_since": _lt(
        "The stock at %(location)s has moved since: the run left %(left)s, now there"
        " are %(before)s. It was left alone; count it by hand, if it is wrong."
    ),
    "held_by_guard": _lt(
        "%(location)s: %(before)s → %(target)s is an unusually large change. Approve or"
        " reject it in the run."
    ),
    "held_by_guard.left": _lt(
        "%(location)s: %(before)s → %(target)s still waits: the run was held as a"
        " whole, and only others of its lines were approved. Approve or reject it in"
        " the run."
    ),
    "held_by_guard.left_zeros": _lt(
        "%(location)s: %(before)s → %(target)s still waits: the run was held because"
        " %(count)s of %(total)s products would have been set to zero, more than"
        " %(percent)s %%. Approve or reject it in the run."
    ),
    "held_by_guard.left_share": _lt(
        "%(location)s: %(before)s → %(target)s still waits: the run was held because"
        " %(count)s of the %(total)s products that have stock would have changed, more"
        " than %(percent)s %%. Approve or reject it in the run."
    ),
    "held_by_guard.rejected": _lt(
        "%(location)s: %(before)s → %(target)s was not approved: it was rejected, or a"
        " newer run or another set-up took its place. The stock was left alone."
    ),
    "held_by_guard.not_approved": _lt(
        "Nothing was changed: the run was held and not approved. It was rejected, or a"
        " newer run or another set-up took its place."
    ),
    "held_by_guard.zeros": _lt(
        "The planned changes wait: %(count)s of %(total)s products would be set to"
        " zero, more than %(percent)s %%. Look at the lines, then approve or reject"
        " the run."
    ),
    "held_by_guard.share": _lt(
        "The planned changes wait: %(count)s of the %(total)s products that have stock"
        " would change, more than %(percent)s %%. Look at the lines, then approve or"
        " reject the run."
    ),
    "held_by_guard.all": _lt(
        "The planned changes wait: all %(count)s products that have stock would be set"
        " to zero. Look at the lines, then approve or reject the run."
    ),
    "held_by_guard.zeros_together": _lt(
        "The planned changes wait: with them, %(count)s of %(total)s products would"
        " have been emptied at once within the last %(hours)s hours, more than"
        " %(percent)s %%. Look at the lines, then approve or reject the run."
    ),
    "held_by_guard.all_together": _lt(
        "The planned changes wait: with them, all %(count)s products that had stock"
        " would have been set to zero within the last %(hours)s hours. Look at the"
        " lines, then approve or reject the run."
    ),
    "held_by_guard.removed_together": _lt(
        "The planned changes wait: with them, %(share)s %% of the stock of %(total)s"
        " products would have been taken away within the last %(hours)s hours, more"
        " than %(percent)s %%. Look at the lines, then approve or reject the run."
    ),
    "held_by_guard.together": _lt(
        "%(location)s: %(before)s → %(target)s is an unusually large change together"
        " with those of the last %(hours)s hours, which began at %(start)s. Approve or"
        " reject it in the run."
    ),
    "held_by_guard.record": _lt(
        "%(location)s: %(before)s → %(target)s is far more than the %(record)s that"
        " were there at most. Approve or reject it in the run."
    ),
    "held_by_guard.ceiling": _lt(
        "%(location)s: %(before)s → %(target)s is more than the backend's highest"
        " quantity, %(ceiling)s. Approve or reject it in the run, or raise “One"
        " Product: Highest Quantity” in the backend."
    ),
    "apply_failed": _lt("Odoo refused the adjustment at %(location)s: %(reason_text)s"),
    "apply_failed.unexpected": _lt(
        "Something unexpected went wrong while the stock at %(location)s was adjusted."
        " Ask an administrator to look at the server's log."
    ),
    "apply_failed.busy": _lt(
        "Someone else is changing this product's stock at %(location)s right now. Try"
        " again in a moment."
    ),
}


#: facts that are quantities, kept as text; whatever is kept as a number is one, too
QUANTITY_FACTS = {
    "before",
    "ceiling",
    "left",
    "other_quantity",
    "quantity",
    "record",
    "reserved",
    "start",
    "target",
}


class SyncError(models.AbstractModel):
    _inherit = "sync.error"

    error_code = fields.Selection(selection_add=ERROR_CODES)

    @api.model
    def _get_sentences(self, kind):
        sentences = super()._get_sentences(kind)
        return {**sentences, **SENTENCES} if kind == "stock_level" else sentences

    @api.model
    def _is_number_fact(self, name, facts):
        if name == "quantity" and not facts.get("reason"):
            return False  # what the API gave is no quantity, and is quoted
        return name in QUANTITY_FACTS or super()._is_number_fact(name, facts)
