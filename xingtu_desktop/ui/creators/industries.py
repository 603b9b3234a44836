"""Names of the platform's first-level industries by id."""

from __future__ import annotations

from typing import Final

from xingtu_desktop.ui.i18n import Message

INDUSTRIES: Final[dict[str, Message]] = {
    "1901": Message("creators", "Electronics and appliances"),
    "1903": Message("creators", "Food and drink"),
    "1904": Message("creators", "Clothing and accessories"),
    "1905": Message("creators", "Medicine and health"),
    "1906": Message("creators", "Business services"),
    "1907": Message("creators", "Local services"),
    "1908": Message("creators", "Property"),
    "1909": Message("creators", "Home and building materials"),
    "1910": Message("creators", "Education"),
    "1911": Message("creators", "Travel"),
    "1912": Message("creators", "Public bodies"),
    "1913": Message("creators", "Games"),
    "1914": Message("creators", "Retail and e-commerce"),
    "1915": Message("creators", "Vehicles"),
    "1916": Message("creators", "Cars"),
    "1917": Message("creators", "Farming and gardening"),
    "1920": Message("creators", "Machinery"),
    "1921": Message("creators", "Culture, sport and leisure"),
    "1922": Message("creators", "Media and news"),
    "1924": Message("creators", "Telecommunication"),
    "1925": Message("creators", "Finance"),
    "1927": Message("creators", "Restaurants"),
    "1928": Message("creators", "Tools and software"),
    "1929": Message("creators", "Franchising"),
    "1930": Message("creators", "Beauty"),
    "1931": Message("creators", "Mother, baby and pets"),
    "1933": Message("creators", "Household and personal care"),
    "1934": Message("creators", "Printed books"),
    "1935": Message("creators", "Social networks"),
    "1936": Message("creators", "Medical institutions"),
    "1937": Message("creators", "Beauty salons"),
    "1938": Message("creators", "Shopping"),
    "1939": Message("creators", "Stationery and crafts"),
    "1940": Message("creators", "Sports and outdoors"),
}
