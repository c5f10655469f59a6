PRAGMA user_version = 1;
BEGIN TRANSACTION;
CREATE TABLE looks (
	id INTEGER NOT NULL, 
	source_url TEXT NOT NULL, 
	target_url TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	at BIGINT NOT NULL, 
	verdict TEXT NOT NULL, 
	told TEXT NOT NULL, 
	held TEXT, 
	PRIMARY KEY (id)
);
INSERT INTO "looks" VALUES(1,'https://blog.test/post','https://shop.test/','a',1772366400250000,'live','{"verdict": "live", "reasons": [], "after": {"anchor": "Läden 日本"}}',NULL);
INSERT INTO "looks" VALUES(2,'https://blog.test/gone','','',1772366400250000,'missing','{"verdict": "missing", "reasons": ["page-gone"], "after": null}','0001.warc.gz');
CREATE TABLE monitors (
	id INTEGER NOT NULL, 
	url TEXT NOT NULL, 
	target TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	anchor TEXT, 
	promised_url TEXT, 
	added_at BIGINT NOT NULL, 
	removed_at BIGINT, 
	PRIMARY KEY (id)
);
INSERT INTO "monitors" VALUES(1,'https://blog.test/post','shop.test','compensated','Läden','https://shop.test/',1772366400250000,NULL);
INSERT INTO "monitors" VALUES(2,'https://blog.test/gone','shop.test','earned',NULL,NULL,1772366400250000,1772366400250000);
CREATE INDEX looks_of_page ON looks (source_url, at);
CREATE INDEX monitors_by_page ON monitors (url, target);
COMMIT;
