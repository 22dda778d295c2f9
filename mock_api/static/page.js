"use strict";

// Names and ids are untrusted: they only ever go into textContent and attributes.

const KEY = "mock-api-key";
const HINTS = { saving: "Saving…", unsaved: "Not saved yet" };

const $ = (id) => document.getElementById(id);
const { products: productsAddress, stock: stockAddress } = document.body.dataset;
const tableBody = $("products").tBodies[0];

let page = 1;
let latestLoad = 0;

/** Call the API; return its answer or throw an Error with a sentence for people. */
async function call(address, options = {}) {
  const headers = { ...options.headers };
  const key = sessionStorage.getItem(KEY);
  if (key) headers.Authorization = `Bearer ${toHeader(key)}`;
  let response;
  try {
    response = await fetch(address, { ...options, headers, cache: "no-store" });
  } catch {
    throw new Error("The API does not answer. Is it still running?");
  }
  if (response.status === 401) {
    askForKey();
    throw new Error(key ? "This API key was refused." : "This API asks for a key.");
  }
  const body = await response.json().catch(() => ({}));
  if (!response.ok) {
    throw new Error(body.error || `The API answered with error ${response.status}.`);
  }
  return { body, date: new Date(response.headers.get("Date") || Date.now()) };
}

/** A header carries bytes: spell the key's UTF-8 with one character for each. */
function toHeader(key) {
  return String.fromCharCode(...new TextEncoder().encode(key));
}

function askForKey() {
  if (!$("key-form").hidden) return;
  $("key-form").hidden = false;
  $("key").focus();
}

async function load() {
  const thisLoad = ++latestLoad;
  const query = new URLSearchParams({ search: $("search").value, page });
  try {
    const { body } = await call(`${productsAddress}?${query}`);
    if (thisLoad !== latestLoad) return; // a later search has overtaken this one
    $("key-form").hidden = true;
    $("problem").textContent = "";
    show(body);
  } catch (error) {
    if (thisLoad === latestLoad) $("problem").textContent = error.message;
  }
}

function show({ items, page: number, pages, total }) {
  const amount = total.toLocaleString("en");
  $("status").textContent = total === 1 ? "1 product" : `${amount} products`;
  $("position").textContent =
    `Page ${number.toLocaleString("en")} of ${pages.toLocaleString("en")}`;
  $("previous").disabled = number <= 1;
  $("next").disabled = number >= pages;
  $("pages").hidden = pages <= 1;
  $("products").hidden = total === 0;
  tableBody.replaceChildren(...items.map(newRow));
}

function newRow(item, index) {
  const quantity = item.quantity ?? ""; // null: no stock is kept of it
  const row = $("row").content.cloneNode(true);
  const find = (selector) => row.querySelector(selector);
  const address = `${stockAddress}/${encodeURIComponent(item.product_id)}`;
  find(".name").textContent = item.name;
  find(".id").textContent = `id ${item.product_id}`;
  find(".address").textContent = address;
  find(".address").href = address;
  const view = {
    item,
    address,
    saved: quantity,
    sending: null,
    input: find("input"),
    message: find(".message"),
    time: find("time"),
  };
  view.input.value = quantity;
  view.input.setAttribute("aria-label", `Quantity of ${item.name}, id ${item.product_id}`);
  view.message.id = `message-${index}`;
  view.input.setAttribute("aria-describedby", view.message.id);
  showTime(view, item.updated_at);
  find("form").addEventListener("submit", (event) => {
    event.preventDefault();
    save(view);
  });
  view.input.addEventListener("change", () => save(view));
  view.input.addEventListener("input", () => hint(view));
  view.input.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    view.input.value = view.saved;
    hint(view);
  });
  return row;
}

function showTime(view, text) {
  view.time.dateTime = text;
  view.time.textContent = `${text.slice(0, 10)} ${text.slice(11, 19)}`;
}

function hint(view) {
  view.input.removeAttribute("aria-invalid");
  tell(view, view.input.value.trim() === view.saved ? "" : HINTS.unsaved);
}

function tell(view, text, kind = "") {
  view.message.textContent = text;
  view.message.className = `message ${kind}`;
}

/** Save what is in the field; once, though a click on Save also leaves the field. */
async function save(view) {
  const quantity = view.input.value.trim();
  if (view.sending !== null) return;
  if (quantity === view.saved) {
    if (view.message.textContent === HINTS.unsaved) tell(view, "");
    return;
  }
  view.sending = quantity;
  tell(view, HINTS.saving);
  try {
    const { body, date } = await call(view.address, {
      method: "PUT",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ quantity }),
    });
    saved(view, body.quantity, date);
  } catch (error) {
    view.input.setAttribute("aria-invalid", "true");
    tell(view, error.message, "error");
    announce(`${view.item.name} not saved: ${error.message}`);
  }
  view.sending = null;
  const typedMeanwhile = view.input.value.trim() !== quantity;
  if (typedMeanwhile && view.input.value.trim() !== view.saved) {
    if (document.activeElement === view.input) hint(view);
    else save(view);
  }
}

function saved(view, quantity, date) {
  if (view.input.value.trim() === view.sending) view.input.value = quantity;
  view.saved = quantity;
  view.input.removeAttribute("aria-invalid");
  showTime(view, date.toISOString());
  tell(view, `✓ Saved: ${quantity}`, "saved");
  announce(`${view.item.name} saved: ${quantity}`);
}

function announce(text) {
  $("announcement").textContent = text;
}

function go(number) {
  page = number;
  return load();
}

let typing;
$("search").addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(() => go(1), 200);
});
$("search-form").addEventListener("submit", (event) => {
  event.preventDefault();
  clearTimeout(typing);
  go(1);
});
$("key-form").addEventListener("submit", (event) => {
  event.preventDefault();
  sessionStorage.setItem(KEY, $("key").value);
  $("key").value = "";
  load();
});
$("previous").addEventListener("click", () => go(page - 1));
$("next").addEventListener("click", () => go(page + 1));

load();
